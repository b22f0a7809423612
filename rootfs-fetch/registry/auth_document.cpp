#include "rootfs-fetch/registry/auth_document.hpp"

#include <openssl/evp.h>

#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"
#include "common/os/error.hpp"

namespace lockstep::fetch {
namespace {

using nlohmann::json;
using oci::JsonPlace;

/// "https://index.docker.io/v1/" → "docker.io"
std::string registry_of(std::string key) {
  if (const size_t scheme = key.find("://"); scheme != std::string::npos) key.erase(0, scheme + 3);
  key = key.substr(0, key.find('/'));
  return key == "index.docker.io" || key == "registry-1.docker.io" ? "docker.io" : key;
}

std::string decoded(const std::string& text) {
  std::string out(text.size(), '\0');
  const int size = ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (size < 0) return "";
  out.resize(static_cast<size_t>(size));
  for (size_t i = text.size(); i > 0 && text[i - 1] == '=' && !out.empty(); --i) out.pop_back();
  return out;
}

std::optional<Credential> credential_at(const JsonPlace& entry) {
  Credential found{entry.text("username"), entry.text("password"), entry.text("identitytoken")};
  const std::string both = entry.text("auth");
  if (!both.empty()) {
    const std::string plain = decoded(both);
    const size_t colon = plain.find(':');
    if (colon == std::string::npos) entry.required("auth").expected("base64 of USER:PASSWORD");
    found.user = plain.substr(0, colon);
    found.password = plain.substr(colon + 1);
  }
  const bool has_one = !found.user.empty() || !found.identity_token.empty();
  return has_one ? std::optional(found) : std::nullopt;
}

}  // namespace

std::string encoded(const Credential& credential) {
  const std::string plain = credential.user + ":" + credential.password;
  std::string out(4 * ((plain.size() + 2) / 3) + 1, '\0');
  const int size = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(plain.data()),
                                     static_cast<int>(plain.size()));
  out.resize(static_cast<size_t>(size));
  return out;
}

std::optional<Credential> credential_in(const std::string& text, const std::string& registry,
                                        const std::string& where) {
  const json document = oci::parse_json(text, where);
  const JsonPlace place(document, where);
  const auto entries = place.find("auths");
  if (!entries) return std::nullopt;
  for (const std::string& key : place.keys("auths")) {
    if (registry_of(key) != registry) continue;
    const auto entry = entries->find(key);
    auto found = entry ? credential_at(*entry) : std::nullopt;
    if (found) return found;
  }
  return std::nullopt;
}

std::string helper_in(const std::string& text, const std::string& registry,
                      const std::string& where) {
  const json document = oci::parse_json(text, where);
  const JsonPlace place(document, where);
  for (const auto& [key, helper] : place.text_map("credHelpers")) {
    if (registry_of(key) == registry) return helper;
  }
  return place.text("credsStore");
}

std::optional<Credential> helpers_answer(const std::string& text, const std::string& where) {
  const json document = oci::parse_json(text, where);
  const JsonPlace place(document, where);
  Credential found{place.text("Username"), place.text("Secret"), ""};
  if (found.user == "<token>") found = {"", "", found.password};
  const bool has_one = !found.user.empty() || !found.identity_token.empty();
  return has_one ? std::optional(found) : std::nullopt;
}

std::string with_credential(const std::string& text, const std::string& registry,
                            const Credential* credential, const std::string& where) {
  json document = oci::parse_json(text.empty() ? "{}" : text, where);
  if (!document.is_object()) throw Error(fmt::format("{}: expected an object", where));
  json& entries = document["auths"];
  if (!entries.is_object()) entries = json::object();
  entries.erase(registry);
  if (credential != nullptr) entries[registry] = {{"auth", encoded(*credential)}};
  return oci::write_json(document, 2) + "\n";
}

}  // namespace lockstep::fetch
