#pragma once

#include <string>

#include "common/os/fd.hpp"

namespace lockstep::sys {

/// Who listens on a stream socket and is to get a descriptor.
struct SocketPeer {
  std::string path;
  std::string what;     // what errors call it: "linux.seccomp.listenerPath"
  std::string missing;  // the hint where nobody listens
};

/// Connects to `peer` and sends all of `text`, with `descriptor` beside its first bytes (SCM_RIGHTS); it
/// gets as long as ten seconds for that. The path may be longer than the 108 bytes of an address.
/// Throws SysError. See: unix(7)
void send_descriptor(const SocketPeer& peer, const std::string& text, const Fd& descriptor);

}  // namespace lockstep::sys
