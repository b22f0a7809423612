#pragma once

#include "05-network/ports.hpp"
#include "common/oci/config.hpp"

/// Lesson 05: what was asked for. The runtime-spec knows whether there is a network namespace and
/// whose; all else of it travels as annotations.
namespace lockstep::net {

constexpr const char* kNetworkAnnotation = "io.lockstep.network";  // as --network says it
constexpr const char* kPublishAnnotation = "io.lockstep.publish";  // lists: with spaces between
constexpr const char* kIpAnnotation = "io.lockstep.ip";
constexpr const char* kMacAnnotation = "io.lockstep.mac-address";
constexpr const char* kDnsAnnotation = "io.lockstep.dns";
constexpr const char* kDnsSearchAnnotation = "io.lockstep.dns-search";
constexpr const char* kAddHostAnnotation = "io.lockstep.add-host";
constexpr const char* kAliasAnnotation = "io.lockstep.network-alias";

enum class Mode : uint8_t {
  kBundle,     // no word of --network: what linux.namespaces says, and no more
  kNone,       // a namespace with nothing but its loopback
  kHost,       // the host's
  kNetworks,   // in networks by name
  kContainer,  // another container's
  kPath,       // a namespace that is there already, by its file
  kHelper,     // pasta or slirp4netns: a program that carries data in and out, without root
};

struct HostName {
  std::string name;
  Ip ip;
};

struct Wanted {
  Mode mode = Mode::kBundle;
  std::string target;  // the container's ID, the file
  std::string helper;  // pasta or slirp4netns; empty: none
  std::vector<std::string> networks;
  std::vector<Port> ports;
  std::vector<Ip> ips;  // --ip, --ip6
  std::string mac;
  std::vector<Ip> dns;
  std::vector<std::string> dns_search;
  std::vector<HostName> hosts;
  std::vector<std::string> aliases;
};

/// Read from the config's annotations. Throws Error that names the annotation.
Wanted wanted_of(const oci::Config& config);

/// The words of --network: each "none", "host", "NAME[,NAME…]", "container:ID", "ns:PATH", "pasta",
/// "slirp4netns". Fills mode, target and networks. Throws Error for what is none of them, and for
/// several that exclude each other.
void take_network(Wanted& wanted, const std::string& text);

/// "db:10.0.0.7", "db=10.0.0.7". Throws Error.
HostName parse_host(const std::string& text);
/// Whether it can stand in /etc/hosts.
bool is_host_name(const std::string& name);

}  // namespace lockstep::net
