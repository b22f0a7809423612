#pragma once

#include "02-pid/pid.hpp"
#include "common/oci/config.hpp"
#include "common/os/fd.hpp"
#include "common/os/handshake.hpp"

/// Lesson 03: a terminal of the container's own.
///
/// A pseudo-terminal is a pair: who writes to the master types on the slave. The pair is made from
/// the container's own /dev/pts, so that it has a name inside; the master goes up to the runtime,
/// which stands between it and the caller's terminal (relay.hpp). The caller's terminal itself is
/// never given to the container: whoever holds a terminal can read what is typed there, and with
/// TIOCSTI type.
/// See: pty(7), devpts in the kernel's Documentation/filesystems/devpts.rst; the runtime-spec's
/// config.md, "Process"
namespace lockstep::mnt {

class Terminal {
 public:
  /// Inside, before enter_rootfs, if `terminal` is set: makes the pair in the rootfs's /dev/pts,
  /// sends the master to the host (relay.hpp receives it), and binds the slave to /dev/console.
  /// Order: after the mounts, for it needs their /dev/pts; before kMounted, with all other mounts.
  void open(const oci::Config& config, Handshake& handshake);

  /// Inside, as a part of `become`: the slave becomes standard input, output and error and the
  /// session's controlling terminal. For `exec`, whose process came later, makes a pair of its own
  /// first. Sets `process.user.umask`, too.
  /// Order: after a new session was begun.
  void take(const oci::Process& process, Handshake& handshake);

 private:
  void make(const oci::Process& process, const std::string& root, Handshake& handshake);

  Fd slave_;
};

}  // namespace lockstep::mnt
