#include "05-network/wanted.hpp"

#include <algorithm>

#include "02-pid/state.hpp"
#include "05-network/networks.hpp"
#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::net {
namespace {

/// Calls `take` with each word of an annotation; its error names the annotation.
template <class Take>
void each_word(const oci::Config& config, const char* annotation, Take take) {
  const auto found = config.annotations.find(annotation);
  if (found == config.annotations.end()) return;
  for (const std::string& word : fields(found->second)) {
    try {
      take(word);
    } catch (const Error& error) {
      throw Error(fmt::format("annotations[\"{}\"]: {}", annotation, error.what()), error.hint());
    }
  }
}

Ip ip_from(const std::string& text) {
  const auto ip = parse_ip(text);
  if (!ip) throw Error(fmt::format("expected an address, got {}", quoted(text)));
  return *ip;
}

void take_target(Wanted& wanted, Mode mode, const std::string& target) {
  wanted.mode = mode;
  wanted.target = target;
  if (mode == Mode::kContainer && !pid::is_id(target))
    throw Error(fmt::format("{} is no container ID", quoted(target)));
  if (mode == Mode::kPath && !target.starts_with('/'))
    throw Error(fmt::format("expected ns: and an absolute path, got {}", quoted("ns:" + target)));
}

void take_names(Wanted& wanted, const std::string& text) {
  wanted.mode = Mode::kNetworks;
  for (const std::string& name : split(text, ',')) {
    check_network_name(name);
    if (std::find(wanted.networks.begin(), wanted.networks.end(), name) != wanted.networks.end())
      throw Error(fmt::format("{} is named twice", quoted(name)));
    wanted.networks.push_back(name);
  }
}

}  // namespace

bool is_host_name(const std::string& name) {
  return !name.empty() && name.size() <= 253 && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.' || c == '_';
         });
}

HostName parse_host(const std::string& text) {
  const size_t end = text.find_first_of(":=");
  const auto ip = parse_ip(end == std::string::npos ? "" : text.substr(end + 1));
  if (!ip || !is_host_name(text.substr(0, end)))
    throw Error(fmt::format("expected NAME:IP, such as db:10.0.0.7, got {}", quoted(text)));
  return {text.substr(0, end), *ip};
}

void take_network(Wanted& wanted, const std::string& text) {
  const Mode before = wanted.mode;
  if (text == "none") {
    wanted.mode = Mode::kNone;
  } else if (text == "host") {
    wanted.mode = Mode::kHost;
  } else if (text == "pasta" || text == "slirp4netns") {
    wanted.mode = Mode::kHelper;
    wanted.helper = text;
  } else if (text.starts_with("container:")) {
    take_target(wanted, Mode::kContainer, text.substr(10));
  } else if (text.starts_with("ns:")) {
    take_target(wanted, Mode::kPath, text.substr(3));
  } else {
    take_names(wanted, text);
  }
  const bool both_names = before == Mode::kNetworks && wanted.mode == Mode::kNetworks;
  if (before != Mode::kBundle && !both_names)
    throw Error(fmt::format("{} can't be had together with what was named before", quoted(text)),
                "several networks by their names, or one of none, host, container:ID, ns:PATH, "
                "pasta, slirp4netns");
}

Wanted wanted_of(const oci::Config& config) {
  Wanted wanted;
  each_word(config, kNetworkAnnotation,
            [&](const std::string& word) { take_network(wanted, word); });
  each_word(config, kPublishAnnotation,
            [&](const std::string& word) { wanted.ports.push_back(parse_port(word)); });
  each_word(config, kIpAnnotation,
            [&](const std::string& word) { wanted.ips.push_back(ip_from(word)); });
  each_word(config, kMacAnnotation, [&](const std::string& word) {
    if (!parse_mac(word)) throw Error(fmt::format("{} is no MAC address", quoted(word)));
    wanted.mac = word;
  });
  each_word(config, kDnsAnnotation,
            [&](const std::string& word) { wanted.dns.push_back(ip_from(word)); });
  each_word(config, kDnsSearchAnnotation,
            [&](const std::string& word) { wanted.dns_search.push_back(word); });
  each_word(config, kAddHostAnnotation,
            [&](const std::string& word) { wanted.hosts.push_back(parse_host(word)); });
  each_word(config, kAliasAnnotation,
            [&](const std::string& word) { wanted.aliases.push_back(word); });
  return wanted;
}

}  // namespace lockstep::net
