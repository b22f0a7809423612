#pragma once

#include <optional>
#include <string>

/// Who one is at a registry. `login` writes them to a file of our own, AUTH: $LOCKSTEP_AUTH_FILE,
/// else lockstep/auth.json in $XDG_CONFIG_HOME or ~/.config; it has the form of Docker's
/// config.json. That one ($DOCKER_CONFIG/config.json, else ~/.docker/config.json) is read, too, with
/// the credential helpers that it names, but never written.
namespace lockstep::fetch {

struct Credential {
  std::string user;
  std::string password;
  std::string identity_token;  // in place of both, for a token server
};

/// What is known for a registry.
struct Known {
  std::optional<Credential> credential;
  std::string problem;  // why there may be none: a helper that failed; empty if nothing did
};

/// Looks for `registry` ("docker.io", "localhost:5000"). May run a program (docker-credential-NAME),
/// so only while there is one thread. Throws Error for a file that can't be read.
Known find_credential(const std::string& registry);

/// Into AUTH, which only its owner may read. Returns the file's name. Throws Error.
std::string keep_credential(const std::string& registry, const Credential& credential);
/// Out of it; false if it has none. Throws Error.
bool forget_credential(const std::string& registry);

/// "user:password" as the schemes want it: base64.
std::string encoded(const Credential& credential);

}  // namespace lockstep::fetch
