#include "05-network/other_filters.hpp"

#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/os/run_program.hpp"

namespace lockstep::net {

std::vector<std::string> forward_droppers(const std::string& json) {
  std::vector<std::string> found;
  const nlohmann::json document = oci::parse_json(json, "nft -j list chains");
  for (const auto& item : document.value("nftables", nlohmann::json::array())) {
    if (!item.is_object() || !item.contains("chain")) continue;
    const auto& chain = item["chain"];
    const std::string family = chain.value("family", "");
    const std::string table = chain.value("table", "");
    if (chain.value("hook", "") != "forward" || chain.value("policy", "") != "drop") continue;
    if (family == "bridge" || family == "arp" || table == "lockstep") continue;
    found.push_back(fmt::format("{} {} {}", family, table, chain.value("name", "")));
  }
  return found;
}

void warn_of_other_filters() {
  const auto nft = find_on_path("nft");
  if (!nft) return;
  const ProgramResult result = run_program(*nft, {"nft", "-j", "list", "chains"}, "",
                                           "does another packet filter drop what is forwarded?");
  if (result.status.shell_code() != 0) return;  // `run` says what is wrong with nft
  const auto droppers = forward_droppers(result.output);
  if (droppers.empty()) return;
  narrate::say(fmt::format(
      "(another packet filter drops what is forwarded: the chain{} {}: until it lets this network "
      "pass, neither its way out nor published ports work: docs/troubleshooting.md)",
      droppers.size() == 1 ? "" : "s", fmt::join(droppers, ", ")));
}

}  // namespace lockstep::net
