// registries.json.

#include <nlohmann/json.hpp>

#include "common/images/location.hpp"
#include "common/images/reference_grammar.hpp"
#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"
#include "rootfs-fetch/registry/settings.hpp"

namespace lockstep::fetch {

std::map<std::string, Settings::Entry> Settings::parse(const std::string& text,
                                                       const std::string& where) {
  const nlohmann::json document = oci::parse_json(text, where);
  const oci::JsonPlace place(document, where);
  std::map<std::string, Entry> out;
  for (const auto& [registry, value] : document.items()) {
    const oci::JsonPlace entry = place.required(registry);
    if (!images::is_registry(registry))
      place.fail(fmt::format("{} is no registry", images::quoted_briefly(registry)));
    Entry& read = out[registry];
    read.mirrors = entry.texts("mirrors");
    read.insecure = entry.flag("insecure");
    read.ca = entry.text("ca");
    for (const std::string& mirror : read.mirrors) {
      if (!images::is_registry(mirror.substr(0, mirror.find('/'))))
        entry.fail(
            fmt::format("mirrors: {} is not HOST[:PORT][/PATH]", images::quoted_briefly(mirror)));
    }
  }
  return out;
}

}  // namespace lockstep::fetch
