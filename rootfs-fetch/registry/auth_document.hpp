#pragma once

#include <optional>
#include <string>

#include "rootfs-fetch/registry/credentials.hpp"

/// The files that credentials are in, in the form of Docker's config.json.
namespace lockstep::fetch {

/// `auths[REGISTRY]`, whatever its key looks like ("https://index.docker.io/v1/"). `where` is what
/// errors call the document.
std::optional<Credential> credential_in(const std::string& text, const std::string& registry,
                                        const std::string& where);
/// The helper for that registry (`credHelpers`, else `credsStore`): "NAME" of
/// docker-credential-NAME; empty if there is none.
std::string helper_in(const std::string& text, const std::string& registry,
                      const std::string& where);
/// What a helper has printed: {"Username": …, "Secret": …}.
std::optional<Credential> helpers_answer(const std::string& text, const std::string& where);

/// The document with that registry's entry replaced, or without it (nullptr).
std::string with_credential(const std::string& text, const std::string& registry,
                            const Credential* credential, const std::string& where);

}  // namespace lockstep::fetch
