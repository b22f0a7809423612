#include "rootfs-fetch/registry/http.hpp"

#include <curl/curl.h>
#include <fcntl.h>

#include <algorithm>
#include <cstdlib>

#include "common/images/empty_folder.hpp"
#include "common/images/location.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/registry/exchange.hpp"
#include "rootfs-fetch/registry/transfer_error.hpp"

namespace lockstep::fetch {
namespace {

constexpr long kConnectSeconds = 20;
constexpr int kMostRedirects = 10;
constexpr long kBuffer = 256L << 10U;

void begin_using_curl() {
  static const bool kDone = ::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!kDone) throw Error("libcurl can't be used on this machine");
}

/// Whether the folder that libcurl looks into has each certificate under its hash, as Debian's has:
/// then only those that are needed are read, and not the file with all of them.
bool has_certificates_by_hash() {
  static const bool kFound = [] {
    const auto folder = sys::open_if_there("/etc/ssl/certs", O_RDONLY | O_DIRECTORY);
    const auto names = folder ? images::names_in(*folder) : std::vector<std::string>();
    return std::any_of(names.begin(), names.end(),
                       [](const std::string& name) { return name.ends_with(".0"); });
  }();
  return kFound;
}

template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
  const CURLcode code = ::curl_easy_setopt(handle, option, value);
  if (code != CURLE_OK)
    throw Error(fmt::format("libcurl's option {}: {}", static_cast<int>(option),
                            ::curl_easy_strerror(code)));
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string next_url(CURL* handle) {
  const char* url = nullptr;
  ::curl_easy_getinfo(handle, CURLINFO_REDIRECT_URL, &url);
  return url == nullptr ? "" : url;
}

/// Where the answer sends us; throws for where nobody should be sent: plain HTTP is for this machine's
/// own addresses, as it is without a redirect.
std::string checked_target(const std::string& from, const std::string& to, bool insecure) {
  const std::string who =
      fmt::format("{} redirects to {}", origin_of(from), images::quoted_briefly(to));
  std::string origin;
  try {
    origin = origin_of(to);
  } catch (const Error&) {
    throw TransferError(TransferError::Kind::kFinal,
                        who + ", which is neither of http nor of https");
  }
  const bool own =
      is_loopback(origin.substr(origin.find("//") + 2)) && origin_of(from).starts_with("http:");
  if (origin.starts_with("https:") || own || insecure) return to;
  throw TransferError(TransferError::Kind::kFinal, who + ", where it would be plain HTTP",
                      "--insecure allows it, if you trust the network between");
}

}  // namespace

void Http::Free::operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }

Http::Http(Stop& stop) : stop_(stop) {
  begin_using_curl();
  handle_.reset(::curl_easy_init());
  if (!handle_) throw Error("libcurl: no memory");
}

void Http::set_proxy(const std::string& url) {
  CURL* const handle = handle_.get();
  const std::string origin = origin_of(url);
  if (is_loopback(origin.substr(origin.find("//") + 2))) {
    set(handle, CURLOPT_NOPROXY, "*");
    return;
  }
  // libcurl leaves HTTP_PROXY to CGI programs, whose clients can set it. This is none.
  const char* const proxy = std::getenv("HTTP_PROXY");
  if (origin.starts_with("http:") && proxy != nullptr && std::getenv("http_proxy") == nullptr)
    set(handle, CURLOPT_PROXY, proxy);
}

void Http::set_up(const Request& request) {
  CURL* const handle = handle_.get();
  ::curl_easy_reset(handle);  // connections stay
  set(handle, CURLOPT_URL, request.url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_USERAGENT, "lockstep-rootfs-fetch");
  set(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(handle, CURLOPT_LOW_SPEED_TIME, request.silence);
  set(handle, CURLOPT_BUFFERSIZE, kBuffer);
  set(handle, CURLOPT_UPLOAD_BUFFERSIZE, kBuffer);
  const std::string& ca = request.connection.ca;
  const char* const own = std::getenv("SSL_CERT_FILE");  // as OpenSSL's programs have it
  if (!ca.empty() || (own != nullptr && *own != '\0')) {
    set(handle, CURLOPT_CAINFO, ca.empty() ? own : ca.c_str());
  } else if (has_certificates_by_hash()) {
    set(handle, CURLOPT_CAINFO, static_cast<const char*>(nullptr));
  }
  set_proxy(request.url);
}

Response Http::perform_once(const Request& request) {
  set_up(request);
  Exchange exchange(handle_.get(), request, stop_);
  return exchange.run();
}

Response Http::perform(const Request& request) {
  Request next = request;
  for (int redirects = 0; redirects <= kMostRedirects; ++redirects) {
    Response response = perform_once(next);
    response.url = next.url;
    const bool may_follow = next.method == "GET" || next.method == "HEAD";
    const std::string target =
        may_follow && is_redirect(response.status) ? next_url(handle_.get()) : "";
    if (target.empty()) return response;
    next.url = checked_target(next.url, target, request.connection.insecure);
    // A credential is for the host that it was given to.
    if (origin_of(next.url) != origin_of(request.url)) next.authorization.clear();
  }
  throw TransferError(TransferError::Kind::kFinal,
                      fmt::format("{}: more than {} redirects", request.url, kMostRedirects));
}

}  // namespace lockstep::fetch
