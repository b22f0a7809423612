#include "05-network/hosts.hpp"

#include <fcntl.h>

#include <algorithm>
#include <set>

#include "05-network/state_file.hpp"
#include "common/os/error.hpp"

namespace lockstep::net {
namespace {

std::string lines_of(const Member& member, const std::string& own_name = "") {
  std::vector<std::string> names = member.names;
  if (!own_name.empty() && std::find(names.begin(), names.end(), own_name) == names.end())
    names.push_back(own_name);
  std::string out;
  for (const Ip& ip : member.addresses)
    out += fmt::format("{}\t{}\n", ip.words(), fmt::join(names, " "));
  return out;
}

/// The lines for the container whose state folder is `state`: its own, then its neighbours'. `name`
/// is what hostname(1) says in there: without --hostname that is the host's name, and to nobody
/// else this container's.
std::string lines_for(const std::vector<Network>& networks, const std::string& state,
                      const std::string& name) {
  std::string own;
  std::string neighbours;
  for (const Network& network : networks) {
    std::string others;
    bool is_in = false;
    for (const Member& member : network.members) {
      is_in = is_in || member.state == state;
      if (member.state == state) {
        own += lines_of(member, name);
      } else {
        others += lines_of(member);
      }
    }
    if (is_in) neighbours += others;
  }
  return own + (neighbours.empty() ? "" : "# its neighbours, kept current\n" + neighbours);
}

/// In place, for the file is bound: its inode is what the container sees.
void rewrite(const std::string& folder, const std::string& text) {
  if (const auto file = open_state_file(folder, kHostsFile, O_WRONLY))
    write_all(*file, text, folder + "/" + kHostsFile);
}

}  // namespace

void tell_names(const Networks& networks) {
  std::set<std::string> states;
  for (const Network& network : networks.all) {
    for (const Member& member : network.members) states.insert(member.state);
  }
  for (const std::string& state : states) {
    const std::string folder = state + "/" + kEtcFolder;
    const auto own = read_state_file(folder, kOwnHostsFile);
    const auto now = own ? read_state_file(folder, kHostsFile) : std::nullopt;
    if (!now) continue;
    const std::string name = read_state_file(folder, kHostNameFile).value_or("");
    std::string text = *own + lines_for(networks.all, state, name.substr(0, name.find('\n')));
    // Empty lines in place of a neighbour who has gone: where a file is cut off, who reads it just
    // then finds zeros.
    text.resize(std::max(text.size(), now->size()), '\n');
    if (text != *now) rewrite(folder, text);
  }
}

}  // namespace lockstep::net
