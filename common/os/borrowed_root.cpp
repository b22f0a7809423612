#include "common/os/borrowed_root.hpp"

#include <linux/capability.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "common/os/error.hpp"
#include "common/os/ids.hpp"
#include "common/os/narrate.hpp"
#include "common/os/processes.hpp"

namespace lockstep {
namespace {

std::optional<uid_t> lender;  // who called, where geteuid(2) no longer tells
bool lends = true;

}  // namespace

uid_t caller_uid() { return lender.value_or(::geteuid()); }

void remember_caller(uid_t uid) { lender = uid; }

bool has_root_powers() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return ::geteuid() == 0;
  return ((sets[0].effective >> unsigned{CAP_SYS_ADMIN}) & 1U) != 0;
}

void never_borrow_root() { lends = false; }

void borrow_root_if_needed() {
  if (!lends || has_root_powers()) return;
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  lender = uid;
  sys::unshare(CLONE_NEWUSER,
               "without root: a user namespace gives root's powers over what is made in it");
  sys::write_map("/proc/self/setgroups", "deny",
                 "who maps a group of one's own may not drop groups");
  sys::write_map("/proc/self/uid_map", fmt::format("0 {} 1", uid),
                 "uid 0 inside is the caller outside");
  sys::write_map("/proc/self/gid_map", fmt::format("0 {} 1", gid),
                 "gid 0 inside is the caller's group outside");
  narrate::say(fmt::format(
      "(not root: borrowed root in a user namespace, where uid {} is shown as 0)", uid));
}

}  // namespace lockstep
