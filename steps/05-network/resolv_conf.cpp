#include "05-network/resolv_conf.hpp"

#include <algorithm>

#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::net {
namespace {

/// The address of a line "nameserver ADDRESS"; a link-local one may end in "%eth0".
std::optional<Ip> server_of(const std::string& line) {
  const auto words = fields(line);
  if (words.size() < 2 || words[0] != "nameserver") return std::nullopt;
  return parse_ip(words[1].substr(0, words[1].find('%')));
}

bool is_out_of_reach(const std::string& line) {
  const auto server = server_of(line);
  return server && server->is_loopback();
}

bool has_server(const std::vector<std::string>& lines) {
  return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return server_of(line) && !is_out_of_reach(line);
  });
}

std::vector<std::string> lines_of(const char* path) {
  return split(proc::read_if_there(path).value_or(""), '\n');
}

bool begins_with(const std::string& line, const char* word) {
  const auto words = fields(line);
  return !words.empty() && words[0] == word;
}

/// The host's lines; of systemd-resolved, which listens on the loopback, those that name its own
/// servers.
std::vector<std::string> hosts_lines(bool own_loopback) {
  std::vector<std::string> hosts = lines_of("/etc/resolv.conf");
  if (own_loopback && !has_server(hosts)) {
    const auto behind = lines_of("/run/systemd/resolve/resolv.conf");
    if (has_server(behind)) hosts = behind;
  }
  return hosts;
}

bool has_only_loopback(const std::vector<std::string>& lines) {
  return !has_server(lines) && std::any_of(lines.begin(), lines.end(), is_out_of_reach);
}

void say_if_none(const Wanted& wanted, const std::vector<std::string>& hosts) {
  const bool has_way_out = wanted.mode == Mode::kNetworks || wanted.mode == Mode::kPath;
  if (!has_way_out || !wanted.dns.empty() || !has_only_loopback(hosts)) return;
  narrate::say(
      "(no name server: this machine's listens on its loopback, which is out of the container's "
      "reach; --dns IP names another)");
}

}  // namespace

std::optional<Ip> dns_forwarder(const Wanted& wanted) {
  if (wanted.helper.empty() || !wanted.dns.empty()) return std::nullopt;
  if (!has_only_loopback(hosts_lines(true))) return std::nullopt;
  // slirp4netns has this one always; pasta is told one that is no machine's.
  return parse_ip(wanted.helper == "slirp4netns" ? "10.0.2.3" : "169.254.1.1");
}

std::string resolv_conf(const Wanted& wanted) {
  const bool own_loopback = wanted.mode != Mode::kHost;
  const std::vector<std::string> hosts = hosts_lines(own_loopback);
  say_if_none(wanted, hosts);
  std::string out;
  if (const auto ip = dns_forwarder(wanted)) out += fmt::format("nameserver {}\n", ip->words());
  for (const Ip& ip : wanted.dns) out += fmt::format("nameserver {}\n", ip.words());
  if (!wanted.dns_search.empty())
    out += fmt::format("search {}\n", fmt::join(wanted.dns_search, " "));
  for (const std::string& line : hosts) {
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (!wanted.dns.empty() && begins_with(line, "nameserver")) continue;
    if (!wanted.dns_search.empty() && (begins_with(line, "search") || begins_with(line, "domain")))
      continue;
    if (own_loopback && is_out_of_reach(line)) {
      out += "# not from in here: " + line + " (give one with --dns)\n";
    } else {
      out += line + "\n";
    }
  }
  return out;
}

}  // namespace lockstep::net
