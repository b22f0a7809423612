#pragma once

#include "common/oci/config.hpp"

/// Lesson 09: a session keyring of the container's own.
namespace lockstep::seccomp {

/// A process inherits its session's keyring, in which a login's keys may be: for a disk, a Kerberos ticket,
/// a network file system. No namespace keeps it away. So a container begins a new one.
class Keyring {
 public:
  explicit Keyring(const oci::Config& config) : config_(config) {}

  /// Inside: joins the container's keyring, called "_ses.ID" as runc calls it, and made by whoever comes
  /// first; `exec` joins the same. Unless it was not wanted (--no-new-keyring), or there are no keyrings.
  /// Order: as the container's root, whose keyring it is.
  /// Break it: `keyctl show` inside, with --no-new-keyring.
  /// Throws SysError, EDQUOT for a user who has too many.
  /// See: session-keyring(7), keyctl_join_session_keyring(3)
  void join();

 private:
  const oci::Config& config_;
  bool joined_ = false;
};

}  // namespace lockstep::seccomp
