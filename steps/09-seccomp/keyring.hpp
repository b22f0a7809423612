#pragma once

#include "common/oci/config.hpp"

/// Lesson 09: a session keyring of the container's own.
namespace lockstep::seccomp {

/// A process inherits its session's keyring, in which a login's keys may be: for a disk, a Kerberos ticket,
/// a network file system. No namespace keeps it away. So a container begins a new one.
class Keyring {
 public:
  explicit Keyring(const oci::Config& config) : config_(config) {}

  /// On the host: joins the container's keyring, called "_ses.ID" as runc calls it, which the child inherits; it is
  /// made by whoever comes first, and `exec` joins the same. Unless it was not wanted (--no-new-keyring), or
  /// there are no keyrings.
  /// Order: before the clone, so that it counts as the caller's. Of the container's root, whom all containers with
  /// users of their own share, the kernel takes 200 keys and no more.
  /// Break it: `keyctl show` inside, with --no-new-keyring.
  /// Throws SysError, EDQUOT for a user who has too many.
  /// See: session-keyring(7), keyctl_join_session_keyring(3)
  void join() const;

 private:
  const oci::Config& config_;
};

}  // namespace lockstep::seccomp
