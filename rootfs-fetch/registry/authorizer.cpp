#include "rootfs-fetch/registry/authorizer.hpp"

#include <curl/curl.h>

#include "common/images/location.hpp"
#include "common/os/text.hpp"
#include "rootfs-fetch/registry/answers.hpp"
#include "rootfs-fetch/registry/registry.hpp"
#include "rootfs-fetch/registry/transfer_error.hpp"

namespace lockstep::fetch {
namespace {

constexpr size_t kLargestToken = size_t{1} << 20U;

std::string escaped(const std::string& text) {
  char* const out = ::curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size()));
  std::string copy(out == nullptr ? "" : out);
  ::curl_free(out);
  return copy;
}

/// A bearer challenge that says where, else a basic one: credentials go to as few as possible.
const Challenge* choose(const std::vector<Challenge>& challenges) {
  const Challenge* basic = nullptr;
  for (const Challenge& challenge : challenges) {
    if (challenge.scheme == "bearer" && !challenge.parameter("realm").empty()) return &challenge;
    if (challenge.scheme == "basic") basic = &challenge;
  }
  return basic;
}

}  // namespace

std::string Authorizer::current(const std::string& scope) {
  const std::lock_guard lock(mutex_);
  const auto found = headers_.find(scope);
  return found == headers_.end() ? "" : found->second;
}

void Authorizer::deny(const std::string& what) const {
  throw TransferError(
      TransferError::Kind::kDenied,
      fmt::format("{}: {}{}", registry_, what, problem_.empty() ? "" : "; " + problem_),
      fmt::format("`rootfs-fetch login {}` keeps a name and a password for it", registry_));
}

std::string Authorizer::answer(Http& http, const Response& refusal, const std::string& scope,
                               const std::string& rejected) {
  const std::lock_guard lock(mutex_);
  std::string& header = headers_[scope];
  if (!header.empty() && header != rejected) return header;  // another thread has got a new one
  std::vector<Challenge> challenges;
  for (const std::string& value : refusal.challenges) {
    for (Challenge& challenge : parse_challenges(value)) challenges.push_back(std::move(challenge));
  }
  const Challenge* const challenge = choose(challenges);
  if (challenge == nullptr) deny("it refuses, and names no way to authenticate that is known here");
  if (challenge->scheme == "bearer") return header = "Bearer " + token_for(http, *challenge, scope);
  if (!credential_ || credential_->user.empty()) deny("it wants a name and a password");
  const std::string basic = "Basic " + encoded(*credential_);
  if (basic == rejected)
    deny(fmt::format("it takes neither the name {} nor its password", quoted(credential_->user)));
  return header = basic;
}

Request Authorizer::token_request(const Challenge& challenge, const std::string& scope) const {
  Request request;
  request.url = challenge.parameter("realm");
  request.connection = connection_;
  request.most = kLargestToken;
  const std::string origin = origin_of(request.url);
  const std::string host = origin.substr(origin.find("//") + 2);
  if (origin.starts_with("http:") && !is_loopback(host) && !connection_.insecure)
    deny(fmt::format("its token server {} does without TLS", images::quoted_briefly(request.url)));
  const std::string service = escaped(challenge.parameter("service"));
  if (credential_ && !credential_->identity_token.empty()) {
    request.method = "POST";
    request.headers = {"Content-Type: application/x-www-form-urlencoded"};
    request.content = fmt::format(
        "grant_type=refresh_token&client_id=lockstep&service={}&scope={}&refresh_token={}", service,
        escaped(scope), escaped(credential_->identity_token));
    return request;
  }
  request.url += (request.url.find('?') == std::string::npos ? "?" : "&") + ("service=" + service);
  for (const std::string& one : fields(scope)) request.url += "&scope=" + escaped(one);
  if (credential_) request.authorization = "Basic " + encoded(*credential_);
  return request;
}

std::string Authorizer::token_for(Http& http, const Challenge& challenge,
                                  const std::string& scope) {
  const std::string wanted = challenge.parameter("scope");
  const Request request = token_request(challenge, wanted.empty() ? scope : wanted);
  const Response response = http.perform(request);
  const std::string where = "the token server " + origin_of(request.url);
  if ((response.status == 401 || response.status == 403) && credential_)
    deny(fmt::format("{} takes neither the name {} nor its password", where,
                     quoted(credential_->user)));
  check(response, where);
  std::string token = token_in(response.body, where);
  if (token.find_first_of("\r\n") != std::string::npos) deny(where + " gives what is no token");
  return token;
}

}  // namespace lockstep::fetch
