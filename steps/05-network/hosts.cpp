#include "05-network/hosts.hpp"

#include <fcntl.h>

#include <algorithm>
#include <set>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"

namespace lockstep::net {
namespace {

std::string lines_of(const Member& member) {
  std::string out;
  for (const Ip& ip : member.addresses)
    out += fmt::format("{}\t{}\n", ip.words(), fmt::join(member.names, " "));
  return out;
}

/// The lines for the container whose state folder is `state`: its own, then its neighbours'.
std::string lines_for(const std::vector<Network>& networks, const std::string& state) {
  std::string own;
  std::string neighbours;
  for (const Network& network : networks) {
    std::string others;
    bool is_in = false;
    for (const Member& member : network.members) {
      is_in = is_in || member.state == state;
      (member.state == state ? own : others) += lines_of(member);
    }
    if (is_in) neighbours += others;
  }
  return own + (neighbours.empty() ? "" : "# its neighbours, kept current\n" + neighbours);
}

/// In place, for the file is bound: its inode is what the container sees.
void rewrite(const std::string& path, const std::string& text) {
  if (const auto file = sys::open_if_there(path, O_WRONLY | O_NOFOLLOW))
    write_all(*file, text, path);
}

}  // namespace

void tell_names(const Networks& networks) {
  std::set<std::string> states;
  for (const Network& network : networks.all) {
    for (const Member& member : network.members) states.insert(member.state);
  }
  for (const std::string& state : states) {
    const std::string folder = state + "/" + kEtcFolder + "/";
    const auto own = proc::read_file(folder + kOwnHostsFile);
    if (!own) continue;
    std::string text = *own + lines_for(networks.all, state);
    const std::string now = proc::read_file(folder + kHostsFile).value_or("");
    // Empty lines in place of a neighbour who has gone: where a file is cut off, who reads it just
    // then finds zeros.
    text.resize(std::max(text.size(), now.size()), '\n');
    if (text != now) rewrite(folder + kHostsFile, text);
  }
}

}  // namespace lockstep::net
