#include "05-network/resolv_conf.hpp"

#include <algorithm>

#include "common/os/error.hpp"
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
  return split(proc::read_file(path).value_or(""), '\n');
}

bool begins_with(const std::string& line, const char* word) {
  const auto words = fields(line);
  return !words.empty() && words[0] == word;
}

}  // namespace

std::string resolv_conf(const Wanted& wanted) {
  std::vector<std::string> hosts = lines_of("/etc/resolv.conf");
  const bool own_loopback = wanted.mode != Mode::kHost;
  if (own_loopback && !has_server(hosts)) {
    const auto behind = lines_of("/run/systemd/resolve/resolv.conf");
    if (has_server(behind)) hosts = behind;
  }
  std::string out;
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
