// Lesson 09: fewer doors to the kernel.
//
// All that a process does to the world it asks the kernel for: by some 370 system calls, of which a
// program needs a few dozen. Each of the others is code of the kernel's that may have a mistake in it,
// and a container shares the kernel with its host.
//
//     ls   ── openat(…) ──→  filter: allow ──→ the kernel does it
//          ── unshare(…) ─→  filter: errno EPERM, and the kernel has done nothing
//
// The filter is a small program (BPF) that the kernel runs before each call. It sees the call's number,
// its six arguments as numbers, and the architecture, and answers: allow, fail with this errno, kill, log,
// or ask somebody else. It can't follow pointers, so it can't judge by a file's name. Once loaded it
// stays: a process and its children may add filters, and never take one off.
//
//     1. a profile          names calls and answers, in JSON            (profile.cpp)
//     2. libseccomp         makes the program of it: done once, kept    (filter.cpp, cache.cpp)
//     3. seccomp(2)         loads it: takes CAP_SYS_ADMIN or no_new_privs
//     4. execve             the container's program begins under it
//
// So the last door of all is locked from the inside, just before the program: what loads the filter has
// to live with it.

#include "09-seccomp/seccomp.hpp"

#include <linux/seccomp.h>

#include "09-seccomp/cache.hpp"
#include "09-seccomp/filter.hpp"
#include "09-seccomp/listener.hpp"
#include "09-seccomp/profile.hpp"
#include "common/os/seccomp.hpp"

namespace lockstep::seccomp {

void Seccomp::prepare() {
  if (const auto& asked = config_.linux.seccomp) {
    filter_ = remembered(key_of(asked->text()), [&] { return filter_of(**asked); });
  } else if (const auto own = own_profile(config_)) {
    filter_ = remembered(key_of(*own), [&] { return filter_of(*own); });
  }
}

void Seccomp::find(pid_t container) {
  container_ = container;
  prepare();
}

void Seccomp::lock_while_root(const oci::Process& process, Handshake& host) {
  if (!process.no_new_privileges && !sys::has_no_new_privs()) load(host);
}

void Seccomp::lock(Handshake& host) { load(host); }

void Seccomp::load(Handshake& host) {
  if (filter_.program.empty() || locked_) return;
  const Why why = "from here on the kernel refuses the calls that the profile doesn't allow";
  if ((filter_.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0) {
    load_with_listener(filter_.program, filter_.flags, host, why);
  } else {
    sys::load_filter(filter_.program, filter_.flags, why);
  }
  locked_ = true;
  if (config_.linux.seccomp)  // not our own, of which we know that it allows what is still to come
    host.suspect(
        "the seccomp profile is loaded by now and may be what refuses it: without no_new_privs "
        "it has to allow the runtime's last calls, too");
}

void Seccomp::deliver(const Fd& listener, pid_t process) const {
  hand_to_agent(config_, listener, process, container_);
}

}  // namespace lockstep::seccomp
