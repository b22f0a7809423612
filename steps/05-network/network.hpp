#pragma once

#include "05-network/etc_files.hpp"
#include "05-network/join.hpp"
#include "05-network/members.hpp"
#include "05-network/net_devices.hpp"
#include "common/os/child.hpp"
#include "common/story/story.hpp"

/// Lesson 05: a network of the container's own.
namespace lockstep::net {

/// The container's way to others: a cable between two network namespaces.
class Connection {
 public:
  explicit Connection(const oci::Config& config) : config_(config) {}

  /// On the host: checks what was asked for, and gets what must be unique, an address and the
  /// host's ports; what lasts is noted first.
  void prepare(Undo& undo);
  /// On the host, for the child, which waits: lays the cable.
  /// Order: while the child is still sure to be there, and before it configures its end.
  void connect(const Child& child);
  /// Inside: switches the loopback on, and gives this end of the cable its address.
  /// Order: after connect; and before CAP_NET_ADMIN is dropped (lesson 08), which all of it needs.
  /// Break it: leave out the default route: neighbours answer, and nobody else.
  void configure();
  /// Inside, before enter_rootfs: /etc/hosts and its kin (etc_files.hpp).
  void mount_etc_files() { etc_files_.mount(config_); }

 private:
  const oci::Config& config_;
  Wanted wanted_;
  Joiner joiner_;
  MovedDevices devices_;
  std::vector<Place> places_;
  bool bridges_lead_out_ = true;
  RulesLoader rules_;
  EtcFiles etc_files_;
};

}  // namespace lockstep::net
