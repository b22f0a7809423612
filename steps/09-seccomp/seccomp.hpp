#pragma once

#include <linux/filter.h>

#include <vector>

#include "common/oci/config.hpp"
#include "common/os/handshake.hpp"

/// Lesson 09: which system calls the container's programs may make.
namespace lockstep::seccomp {

using Program = std::vector<sock_filter>;

/// What seccomp(2) is given; without a program nothing is filtered.
struct Filter {
  Program program;
  unsigned flags = 0;
};

class Seccomp {
 public:
  explicit Seccomp(const oci::Config& config) : config_(config) {}

  /// On the host: has the filter made, or finds one that was made before (cache.hpp). Throws Error for a
  /// filter that can't be made of `linux.seccomp`.
  void prepare();
  /// The same for `exec`, whose program gets the container's filter: `container` is its first process.
  void find(pid_t container);

  /// Inside, as a part of `become`: loads the filter, if it must be now. It takes CAP_SYS_ADMIN or
  /// no_new_privs; without the latter it can't wait until root's powers are gone.
  /// Order: before the user is changed and capabilities are dropped, which are system calls themselves,
  /// so that the profile must allow them then.
  void lock_while_root(const oci::Process& process, Handshake& host);

  /// Inside, as the very last step before execve(2): loads it, unless that has been done.
  /// Order: after no_new_privs; the fewer calls of ours follow, the fewer a profile must allow.
  /// Break it: call it first in `inside`, and a profile without mount(2) ends the runtime's own work.
  /// See: seccomp(2), prctl(2), PR_SET_NO_NEW_PRIVS; the kernel's userspace-api/seccomp_filter.rst; the
  /// runtime-spec's config-linux.md, "Seccomp"
  void lock(Handshake& host);

  /// On the host: hands the listener of a filter that asks to the agent at `linux.seccomp.listenerPath`.
  void deliver(const Fd& listener, pid_t process) const;

 private:
  void load(Handshake& host);

  const oci::Config& config_;
  Filter filter_;
  pid_t container_ = 0;  // of exec: in which one; 0: the container is new
  bool locked_ = false;
};

}  // namespace lockstep::seccomp
