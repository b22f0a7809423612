#include "05-network/options.hpp"

#include <algorithm>
#include <memory>

#include "05-network/wanted.hpp"

namespace lockstep::net {
namespace {

/// Adds a word to a list that travels as an annotation.
void add_word(oci::Config& config, const char* annotation, const std::string& word) {
  std::string& words = config.annotations[annotation];
  words += (words.empty() ? "" : " ") + word;
}

Ip ip_of_family(const std::string& text, bool v6) {
  const auto ip = parse_ip(text);
  if (!ip || ip->v6 != v6) {
    throw cli::UsageError(
        fmt::format("expected an IPv{} address, got {}", v6 ? 6 : 4, quoted(text)));
  }
  return *ip;
}

void address_options(cli::Options& options, oci::Config& config) {
  options.value("ip", "IP", "its IPv4 address (default: the next free one)",
                [&](const std::string& text) {
                  add_word(config, kIpAnnotation, ip_of_family(text, false).words());
                });
  options.value("ip6", "IP", "its IPv6 address", [&](const std::string& text) {
    add_word(config, kIpAnnotation, ip_of_family(text, true).words());
  });
  options.value("mac-address", "MAC", "its interface's address, 02:…", [&](const std::string& mac) {
    if (!parse_mac(mac))
      throw cli::UsageError(
          fmt::format("expected six bytes of an interface, such as "
                      "02:00:0a:4d:00:07, got {}",
                      quoted(mac)));
    config.annotations[kMacAnnotation] = mac;
  });
}

void name_options(cli::Options& options, oci::Config& config) {
  options.value("dns", "IP", "a name server for it (default: the host's)",
                [&](const std::string& text) {
                  const auto ip = parse_ip(text);
                  if (!ip)
                    throw cli::UsageError(fmt::format("expected an address, got {}", quoted(text)));
                  add_word(config, kDnsAnnotation, ip->words());
                });
  options.value("dns-search", "DOMAIN", "where it looks up names without a dot",
                [&](const std::string& domain) {
                  if (!is_host_name(domain))
                    throw cli::UsageError(fmt::format("{} is no domain", quoted(domain)));
                  add_word(config, kDnsSearchAnnotation, domain);
                });
  options.value("add-host", "NAME:IP", "a line of its /etc/hosts", [&](const std::string& text) {
    const HostName host = parse_host(text);
    add_word(config, kAddHostAnnotation, host.name + "=" + host.ip.words());
  });
  options.value("network-alias", "NAME", "another name by which its networks know it",
                [&](const std::string& name) {
                  if (!is_host_name(name))
                    throw cli::UsageError(fmt::format("{} is no host name", quoted(name)));
                  add_word(config, kAliasAnnotation, name);
                });
}

/// What only means something in a network, or with a helper.
void check_together(const Wanted& wanted) {
  const bool in_networks = wanted.mode == Mode::kNetworks;
  const auto needs = [&](bool given, const char* flag, bool fits) {
    if (!given || fits) return;
    throw cli::UsageError(
        fmt::format("{} needs --network NAME", flag),
        "`network create NAME` makes a network; none, which is the default, leads nowhere");
  };
  needs(!wanted.ports.empty(), "--publish", in_networks || wanted.mode == Mode::kHelper);
  needs(!wanted.ips.empty(), "--ip", in_networks);
  needs(!wanted.mac.empty(), "--mac-address", in_networks);
  needs(!wanted.aliases.empty(), "--network-alias", in_networks);
  for (size_t i = 0; i < wanted.ports.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (wanted.ports[i].clashes_with(wanted.ports[j]))
        throw cli::UsageError(
            fmt::format("--publish: {} is there twice", quoted(wanted.ports[i].words())));
    }
  }
}

void fill_in(oci::Config& config) {
  const auto is_network = [](const oci::Namespace& item) { return item.type == "network"; };
  auto& namespaces = config.linux.namespaces;
  const bool named = config.annotations.count(kNetworkAnnotation) != 0;
  const bool bundled = std::any_of(namespaces.begin(), namespaces.end(), is_network);
  if (!named && !bundled) config.annotations[kNetworkAnnotation] = "none";
  const Wanted wanted = wanted_of(config);
  check_together(wanted);
  if (wanted.mode == Mode::kBundle) return;
  namespaces.erase(std::remove_if(namespaces.begin(), namespaces.end(), is_network),
                   namespaces.end());
  if (wanted.mode == Mode::kPath) namespaces.push_back({"network", wanted.target});
  const bool others = wanted.mode == Mode::kHost || wanted.mode == Mode::kContainer;
  if (wanted.mode != Mode::kPath && !others) namespaces.push_back({"network", ""});
}

}  // namespace

void options(cli::Options& options, oci::Config& config) {
  const auto so_far = std::make_shared<Wanted>();
  const auto take = [so_far, &config](const std::string& text) {
    take_network(*so_far, text);
    add_word(config, kNetworkAnnotation, text);
  };
  options.value("network", "none|host|NAME|…",
                "NAME[,NAME], container:ID, ns:PATH, pasta, slirp4netns (default none)", take);
  options.value("net", "none|host|NAME|…", "the same", take);
  options.value("p,publish", "[IP:]HOST:CONTAINER[/udp]",
                "a port of the host's, or a range, that leads into it",
                [&](const std::string& text) {
                  add_word(config, kPublishAnnotation, parse_port(text).words());
                });
  address_options(options, config);
  name_options(options, config);
  options.check([&config] { fill_in(config); });
}

}  // namespace lockstep::net
