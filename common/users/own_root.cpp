#include "common/users/own_root.hpp"

#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "common/os/borrowed_root.hpp"
#include "common/os/errand.hpp"
#include "common/os/error.hpp"
#include "common/users/newuidmap.hpp"
#include "common/users/subids.hpp"

namespace lockstep::users {
namespace {

/// A program gets the powers of who executes it only if that is root by number, or by this set.
/// See: capabilities(7), "Ambient"
void hand_powers_on() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) throw SysError(errno, "capget()");
  for (auto& set : sets) set.inheritable = set.permitted;
  if (::syscall(SYS_capset, &header, sets.data()) != 0) throw SysError(errno, "capset()");
  for (unsigned power = 0; power < 64; ++power) {
    if (((sets.at(power / 32).permitted >> (power % 32)) & 1U) != 0)
      ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, power, 0, 0);  // what isn't had is seen later
  }
}

}  // namespace

int with_root_over(const Maps& maps, const std::function<int()>& body) {
  const uid_t caller = caller_uid();
  const Errand errand{
      CLONE_NEWUSER,
      [&](const Child& child) { write_maps_without_root(maps, child.pid()); },
      "a user namespace with the container's ids: root over its files",
  };
  return run_errand(errand, [&] {
    remember_caller(caller);
    hand_powers_on();
    return body();
  });
}

void with_root_if_needed(const std::function<void()>& body) {
  try {
    return body();
  } catch (const SysError& error) {
    const bool forbidden = error.code() == EACCES || error.code() == EPERM;
    if (!forbidden || has_root_powers()) throw;
    const Maps maps = default_maps();
    if (maps.single_id) throw;
    with_root_over(maps, [&] {
      body();
      return 0;
    });
  }
}

}  // namespace lockstep::users
