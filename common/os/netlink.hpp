#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "common/os/fd.hpp"
#include "common/os/why.hpp"

namespace lockstep::sys {

/// A message to the kernel's network configuration, as it is put together: a header, then
/// attributes, each with a number (IFLA_…, IFA_…, RTA_…) and a value, or with attributes of its
/// own inside. See: netlink(7), rtnetlink(7)
class NetlinkRequest {
 public:
  /// `type` is RTM_NEWLINK, …; `flags` are NLM_F_CREATE, …, to which NLM_F_REQUEST and NLM_F_ACK
  /// are added. `header` is what that type begins with: struct ifinfomsg, ifaddrmsg or rtmsg.
  template <class Header>
  NetlinkRequest(uint16_t type, uint16_t flags, const Header& header)
      : NetlinkRequest(type, flags) {
    raw(&header, sizeof header);
  }

  void put(uint16_t attribute, const std::string& text);  // with the NUL at its end
  void put(uint16_t attribute, uint32_t number);
  void put(uint16_t attribute, uint8_t number);
  void put_bytes(uint16_t attribute, std::string_view bytes);
  /// An attribute whose value is what follows, up to end().
  size_t begin(uint16_t attribute);
  void end(size_t begun);
  /// A structure inside such a value that is no attribute.
  template <class Structure>
  void put_plain(const Structure& structure) {
    raw(&structure, sizeof structure);
  }

 private:
  friend class Netlink;
  NetlinkRequest(uint16_t type, uint16_t flags);
  void raw(const void* data, size_t size);

  std::string bytes_;
};

/// A socket to the kernel's network configuration, that of the network namespace in which this is
/// made: what ip(8) uses. See: rtnetlink(7)
class Netlink {
 public:
  explicit Netlink(int family = NETLINK_ROUTE);
  /// Sends the request and waits for the kernel's answer. `words` is what ip(8) would be called
  /// with for the same: "ip link set lo up". Throws SysError; its hint is what the kernel says, if
  /// it says more than the errno.
  /// Returns 0, or the errno if it is one of `answers`.
  int ask(const NetlinkRequest& request, const std::string& words, Why why = {},
          std::initializer_list<int> answers = {}) const;

  /// Asks for a list (NLM_F_DUMP): calls `take` with each message of it, without its nlmsghdr.
  void list(const NetlinkRequest& request, const std::string& words,
            const std::function<void(std::string_view)>& take, Why why = {}) const;

 private:
  friend bool may_have_table(const std::string& name);
  /// 0, or -1 with errno; `kernels_words` is then what the kernel says about it.
  int exchange(const NetlinkRequest& request, std::string& kernels_words) const;
  ssize_t send(const NetlinkRequest& request) const;

  Fd socket_;
};

/// Whether the packet filter may have a table `name` of the family inet: false only if the kernel
/// says that it has none.
bool may_have_table(const std::string& name);

/// The number of the link `name` in the caller's network namespace; 0 if there is none.
unsigned link_index(const std::string& name);

}  // namespace lockstep::sys
