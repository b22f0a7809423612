#include "rootfs-fetch/registry/exchange.hpp"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/images/image.hpp"
#include "common/os/text.hpp"
#include "rootfs-fetch/registry/transfer_error.hpp"

namespace lockstep::fetch {
namespace {

using Kind = TransferError::Kind;

constexpr size_t kLargestComplaint = 64U << 10U;

template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
  ::curl_easy_setopt(handle, option, value);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::strchr(" \t\r\n", text.front()) != nullptr) text.remove_prefix(1);
  while (!text.empty() && std::strchr(" \t\r\n", text.back()) != nullptr) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string Response::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

Exchange::Exchange(CURL* handle, const Request& request, Stop& stop)
    : handle_(handle), request_(request), stop_(stop) {
  set(handle_, CURLOPT_HEADERFUNCTION, take_header);
  set(handle_, CURLOPT_HEADERDATA, this);
  set(handle_, CURLOPT_WRITEFUNCTION, take_body);
  set(handle_, CURLOPT_WRITEDATA, this);
  set(handle_, CURLOPT_XFERINFOFUNCTION, watch);
  set(handle_, CURLOPT_XFERINFODATA, this);
  set(handle_, CURLOPT_NOPROGRESS, 0L);
  set(handle_, CURLOPT_ERRORBUFFER, reason_.data());
  set_request();
}

Exchange::~Exchange() { ::curl_slist_free_all(headers_); }

void Exchange::add_header(const std::string& header) {
  headers_ = ::curl_slist_append(headers_, header.c_str());
}

void Exchange::set_request() {
  for (const std::string& header : request_.headers) add_header(header);
  if (!request_.authorization.empty()) add_header("Authorization: " + request_.authorization);
  if (request_.from > 0) add_header(fmt::format("Range: bytes={}-", request_.from));
  if (request_.method == "HEAD") {
    set(handle_, CURLOPT_NOBODY, 1L);
  } else if (request_.method != "GET") {
    set_content();
  }
  set(handle_, CURLOPT_HTTPHEADER, headers_);
}

void Exchange::set_content() {
  add_header("Expect:");  // no waiting for a "100 Continue" that many never send
  const auto size = request_.upload != nullptr ? request_.upload_size
                                               : static_cast<int64_t>(request_.content.size());
  if (request_.method == "POST") {
    set(handle_, CURLOPT_POST, 1L);
    set(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size));
  } else {
    set(handle_, CURLOPT_UPLOAD, 1L);
    set(handle_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    set(handle_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
  }
  set(handle_, CURLOPT_READFUNCTION, give_content);
  set(handle_, CURLOPT_READDATA, this);
  set(handle_, CURLOPT_SEEKFUNCTION, rewind_content);
  set(handle_, CURLOPT_SEEKDATA, this);
}

Response Exchange::run() {
  const CURLcode code = ::curl_easy_perform(handle_);
  set(handle_, CURLOPT_HTTPHEADER, nullptr);
  set(handle_, CURLOPT_ERRORBUFFER, nullptr);
  ::curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &response_.status);
  if (error_) std::rethrow_exception(error_);
  if (code != CURLE_OK) fail(code);
  return std::move(response_);
}

size_t Exchange::take_header(char* text, size_t, size_t size, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::string_view line(text, size);
  if (line.starts_with("HTTP/")) {  // a new answer: that before was a "100 Continue", or a proxy's
    exchange.response_ = {};
    exchange.response_.url = exchange.request_.url;
    return size;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  const std::string name = lower_case(trimmed(line.substr(0, colon)));
  const std::string value(trimmed(line.substr(colon + 1)));
  if (name == "www-authenticate") exchange.response_.challenges.push_back(value);
  exchange.response_.headers[name] = value;
  return size;
}

void Exchange::add_to_body(std::string_view data) {
  if (response_.status == 0)
    ::curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &response_.status);
  const bool fine = response_.status >= 200 && response_.status < 300;
  if (fine && request_.receiver) return request_.receiver(response_, data);
  if (!fine) {  // what a server says about a failure may be cut short
    response_.body.append(data.substr(0, kLargestComplaint - response_.body.size()));
    return;
  }
  response_.body.append(data);
  if (response_.body.size() <= request_.most) return;
  throw TransferError(Kind::kFinal,
                      fmt::format("{}: the answer has more than {}", request_.url,
                                  images::human_size(static_cast<int64_t>(request_.most))));
}

size_t Exchange::take_body(char* text, size_t, size_t size, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  try {
    exchange.add_to_body({text, size});
    return size;
  } catch (...) {
    exchange.error_ = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

size_t Exchange::give_content(char* into, size_t, size_t size, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  const Request& request = exchange.request_;
  const auto at = static_cast<size_t>(exchange.sent_);
  ssize_t count = 0;
  if (request.upload != nullptr) {
    do {
      count = ::pread(request.upload->get(), into, size, exchange.sent_);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return CURL_READFUNC_ABORT;
  } else {
    count = static_cast<ssize_t>(std::min(size, request.content.size() - at));
    std::memcpy(into, request.content.data() + at, static_cast<size_t>(count));
  }
  exchange.sent_ += count;
  return static_cast<size_t>(count);
}

int Exchange::rewind_content(void* self, long long offset, int) {
  static_cast<Exchange*>(self)->sent_ = offset;
  return CURL_SEEKFUNC_OK;
}

int Exchange::watch(void* self, long long, long long, long long, long long sent) {
  auto& exchange = *static_cast<Exchange*>(self);
  if (exchange.request_.on_sent) exchange.request_.on_sent(static_cast<uint64_t>(sent));
  return exchange.stop_.requested() ? 1 : 0;
}

}  // namespace lockstep::fetch
