#include "rootfs-fetch/registry/answers.hpp"

#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"
#include "common/os/error.hpp"

namespace lockstep::fetch {

using oci::JsonPlace;

std::string token_in(const std::string& text, const std::string& where) {
  const nlohmann::json document = oci::parse_json(text, where);
  const JsonPlace place(document, where);
  std::string token = place.text("token");
  if (!token.empty()) return token;
  return place.required("access_token").text();
}

std::string complaint_in(const std::string& text) {
  std::string out;
  try {
    const nlohmann::json document = oci::parse_json(text, "the answer");
    const JsonPlace place(document, "the answer");
    place.each("errors", [&](const JsonPlace& error) {
      const std::string code = error.text("code");
      const std::string message = error.text("message");
      if (!out.empty()) out += "; ";
      out += code + (message.empty() || code.empty() ? "" : ": ") + message;
    });
  } catch (const Error&) {  // it is none of the specification's: a proxy's page, an empty body
    return "";
  }
  if (out.empty()) return "";
  const std::string plain = quoted(oci::clipped(out, 200));
  return plain.substr(1, plain.size() - 2);
}

}  // namespace lockstep::fetch
