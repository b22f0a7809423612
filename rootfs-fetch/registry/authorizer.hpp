#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "rootfs-fetch/registry/challenge.hpp"
#include "rootfs-fetch/registry/credentials.hpp"
#include "rootfs-fetch/registry/http.hpp"

namespace lockstep::fetch {

/// Answers a registry's challenges: with a token that its token server gives, anonymously or for
/// credentials, or with the credentials themselves. Several threads share one, and its tokens.
/// See: distribution's "Token Authentication Specification"; RFC 6750, RFC 7617
class Authorizer {
 public:
  Authorizer(std::string registry, Connection connection, Known known)
      : registry_(std::move(registry)),
        connection_(std::move(connection)),
        credential_(std::move(known.credential)),
        problem_(std::move(known.problem)) {}

  /// What to send for something of that scope ("repository:NAME:pull"), as far as is known.
  std::string current(const std::string& scope);

  /// What to send instead of `rejected`, after a 401. Throws TransferError (kDenied) where there is
  /// nothing else to send.
  std::string answer(Http& http, const Response& refusal, const std::string& scope,
                     const std::string& rejected);

 private:
  std::string token_for(Http& http, const Challenge& challenge, const std::string& scope);
  Request token_request(const Challenge& challenge, const std::string& scope) const;
  [[noreturn]] void deny(const std::string& what) const;

  const std::string registry_;
  const Connection connection_;
  const std::optional<Credential> credential_;
  const std::string problem_;
  std::mutex mutex_;
  std::map<std::string, std::string> headers_;  // by scope
};

}  // namespace lockstep::fetch
