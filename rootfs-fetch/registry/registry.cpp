#include "rootfs-fetch/registry/registry.hpp"

#include <curl/curl.h>

#include "common/images/image.hpp"
#include "common/images/location.hpp"
#include "common/os/text.hpp"
#include "rootfs-fetch/registry/answers.hpp"
#include "rootfs-fetch/registry/blob_receiver.hpp"
#include "rootfs-fetch/registry/transfer_error.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {
namespace {

using Kind = TransferError::Kind;

constexpr long kFirstSilence = 20;  // seconds: who is there answers the first question soon
constexpr const char* kAccept =
    "Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json";

/// Retry-After: seconds, or a date.
std::optional<std::chrono::seconds> wait_in(const Response& response) {
  const std::string text = response.header("retry-after");
  if (text.empty()) return std::nullopt;
  if (const auto seconds = parse_number<uint32_t>(text)) return std::chrono::seconds(*seconds);
  const time_t until = ::curl_getdate(text.c_str(), nullptr);
  const time_t now = ::time(nullptr);
  return until > now ? std::optional(std::chrono::seconds(until - now)) : std::nullopt;
}

Kind kind_of(long status) {
  if (status == 401 || status == 403) return Kind::kDenied;
  if (status == 404) return Kind::kMissing;
  return status == 408 || status == 429 || status >= 500 ? Kind::kBusy : Kind::kFinal;
}

[[noreturn]] void refuse(const Response& response, const std::string& what,
                         const std::string& hint) {
  const std::string complaint = complaint_in(response.body);
  throw TransferError(kind_of(response.status),
                      fmt::format("{}: HTTP {}{}", what, response.status,
                                  complaint.empty() ? "" : ": " + complaint),
                      hint, wait_in(response));
}

}  // namespace

void check(const Response& response, const std::string& what) {
  if (response.status < 200 || response.status >= 300) refuse(response, what, "");
}

Site Site::of(const std::string& registry, const std::string& repository) {
  return {registry, registry == "docker.io" ? "registry-1.docker.io" : registry, repository};
}

Registry::Registry(const Site& site, Connection connection)
    : Registry(site, std::move(connection), find_credential(site.registry)) {}

Registry::Registry(Site site, Connection connection, Known known)
    : site_(std::move(site)),
      connection_(std::move(connection)),
      authorizer_(site_.registry, connection_, std::move(known)) {}

Request Registry::request(const std::string& url) const {
  Request out;
  out.url = url;
  out.connection = connection_;
  return out;
}

std::string Registry::url(const std::string& rest) const {
  return base_ + "/v2/" + site_.repository + rest;
}

/// Whether it answers to plain HTTP; what a server of TLS says to one who speaks plainly is no answer.
bool Registry::speaks_plainly(Http& http) const {
  try {
    Request asking = request("http://" + site_.host + "/v2/");
    asking.silence = kFirstSilence;
    const Response response = http.perform(asking);
    return response.status != 400 || response.body.find("HTTPS") == std::string::npos;
  } catch (const TransferError& error) {
    if (error.kind() == Kind::kUnreachable) throw;
    // A server of TLS would have hung up.
    if (error.kind() == Kind::kSilent) throw TransferError(Kind::kUnreachable, error.what());
    return false;
  }
}

void Registry::connect(Http& http) {
  const std::lock_guard lock(connecting_);
  if (!base_.empty()) return;
  const bool may_be_plain = is_loopback(site_.host) || connection_.insecure;
  base_ = (may_be_plain && speaks_plainly(http) ? "http://" : "https://") + site_.host;
}

Response Registry::send(Http& http, Request request, For purpose, const std::string& what) {
  const std::string scope = purpose == For::kNothing
                                ? ""
                                : fmt::format("repository:{}:{}", site_.repository,
                                              purpose == For::kPush ? "pull,push" : "pull");
  // An upload may go elsewhere, and what is ours to show is for the registry alone.
  const bool is_home = origin_of(request.url) == origin_of(base_);
  if (is_home) request.authorization = authorizer_.current(scope);
  Response response = http.perform(request);
  // Twice: a token may be too old, and a new one may need credentials.
  for (int i = 0; i < 2 && is_home && response.status == 401; ++i) {
    request.authorization = authorizer_.answer(http, response, scope, request.authorization);
    response = http.perform(request);
  }
  // Where a redirect leads, an address is good for minutes only: the next one will be.
  if (response.status == 403 && origin_of(response.url) != origin_of(request.url))
    response.status = 503;
  if (response.status == 401 || response.status == 403) {
    refuse(response, what,
           fmt::format("it isn't there, or not for everybody: `rootfs-fetch login {}`",
                       site_.registry));
  }
  check(response, what);
  return response;
}

RemoteDocument Registry::manifest(Http& http, const std::string& reference) {
  Request wanted = request(url("/manifests/" + reference));
  wanted.headers = {kAccept};
  const std::string what =
      fmt::format("the manifest {} of {}/{}", reference, site_.registry, site_.repository);
  const Response response = send(http, wanted, For::kPull, what);
  const std::string type = response.header("content-type");
  RemoteDocument document{type.substr(0, type.find_first_of("; ")), response.body,
                          digest_of(response.body)};
  const std::string promised = response.header("docker-content-digest");
  for (const std::string& digest : {reference, promised}) {
    if (!images::is_digest(digest) || digest == document.digest) continue;
    throw TransferError(Kind::kFinal, fmt::format("{}: what came has the digest {}, not {}", what,
                                                  document.digest, digest));
  }
  return document;
}

void Registry::blob(Http& http, const images::Descriptor& blob, uint64_t from,
                    const Receiver& receiver) {
  Request wanted = request(url("/blobs/" + blob.digest));
  BlobReceiver checked(blob, from, receiver);
  checked.add_to(wanted);
  checked.check_end(
      send(http, wanted, For::kPull,
           fmt::format("the blob {} of {}/{}", blob.digest, site_.registry, site_.repository)));
}

void Registry::blob_at(Http& http, const std::string& url, const images::Descriptor& blob,
                       uint64_t from, const Receiver& receiver) {
  Request wanted = request(url);
  BlobReceiver checked(blob, from, receiver);
  checked.add_to(wanted);
  const Response response = http.perform(wanted);
  check(response, fmt::format("the blob {} at {}", blob.digest, url));
  checked.check_end(response);
}

bool Registry::log_in(Http& http) {
  const Request root = request(base_ + "/v2/");
  if (http.perform(root).status == 200) return false;
  send(http, root, For::kNothing, site_.registry);
  return true;
}

}  // namespace lockstep::fetch
