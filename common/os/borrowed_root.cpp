#include "common/os/borrowed_root.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "common/os/call.hpp"
#include "common/os/fd.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep {
namespace {

void write_map(const char* path, const std::string& text, Why why) {
  const Fd file = sys::open(path, O_WRONLY);
  call(
      why, [&] { return fmt::format("write({}, {})", quoted(path), quoted(text)); },
      [&] { return ::write(file.get(), text.data(), text.size()); });
}

std::optional<uid_t> lender;  // who lent the root that was borrowed

}  // namespace

uid_t caller_uid() { return lender.value_or(::geteuid()); }

bool has_root_powers() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return ::geteuid() == 0;
  return ((sets[0].effective >> unsigned{CAP_SYS_ADMIN}) & 1U) != 0;
}

void borrow_root_if_needed() {
  if (has_root_powers()) return;
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  lender = uid;
  sys::unshare(CLONE_NEWUSER,
               "without root: a user namespace gives root's powers over what is made in it");
  write_map("/proc/self/setgroups", "deny", "who maps a group of one's own may not drop groups");
  write_map("/proc/self/uid_map", fmt::format("0 {} 1", uid), "uid 0 inside is the caller outside");
  write_map("/proc/self/gid_map", fmt::format("0 {} 1", gid),
            "gid 0 inside is the caller's group outside");
  narrate::say(fmt::format(
      "(not root: borrowed root in a user namespace, where uid {} is shown as 0)", uid));
}

}  // namespace lockstep
