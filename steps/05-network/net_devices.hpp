#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/oci/config.hpp"
#include "common/os/child.hpp"
#include "common/os/netlink.hpp"

/// Lesson 05: interfaces of the host's that a container gets for itself (`linux.netDevices`). An
/// interface is in one network namespace at a time, and can be moved. It comes without its addresses,
/// so they are given to it anew.
///
/// When the namespace ends, the kernel moves a real one back, under the name that it has by then; one
/// that is only made of software (veth, macvlan) ends, too. That is not ours to change.
/// Break it: move one end of a veth pair, delete the container, and look for the other.
/// See: network_namespaces(7); the runtime-spec's config-linux.md, "Network Devices"
namespace lockstep::net {

class MovedDevices {
 public:
  /// On the host, before join(): finds them, and their lasting addresses.
  /// Throws Error for one that isn't there, or where there is no network of its own to move it to.
  void prepare(const oci::Config& config);
  /// On the host, for the child, which waits: moves them to its network namespace, under their names
  /// there, and switches them on. Throws Error, with nothing moved, if a name is taken there.
  void move(const Child& child) const;

 private:
  struct Device {
    std::string name;
    std::string inside;  // may be "eth%d": the kernel puts the first free number there
    unsigned index;
    std::vector<std::string>
        addresses;  // as the kernel tells of them: struct ifaddrmsg, attributes
  };
  void move_all(pid_t child) const;

  std::optional<sys::Netlink> host_;  // a socket of the namespace that it is made in
  std::vector<Device> devices_;
};

}  // namespace lockstep::net
