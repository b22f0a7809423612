#include "common/users/own_root.hpp"

#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>

#include "common/os/borrowed_root.hpp"
#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "common/os/handshake.hpp"
#include "common/os/processes.hpp"
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

void flush_output() {
  if (std::fflush(stdout) != 0) throw SysError(errno, "write(standard output)");
}

void run(Handshake& parent, uid_t caller, const std::function<int()>& body) {
  int result = 0;
  try {
    sys::set_parent_death_signal(SIGKILL);
    parent.await_release(Stage::kCloned);
    remember_caller(caller);
    hand_powers_on();
    result = body();
    flush_output();
  } catch (const std::exception& error) {
    parent.fail(error, "");
  }
  ::_exit(result);
}

}  // namespace

int with_root_over(const Maps& maps, const std::function<int()>& body) {
  flush_output();  // else the child would write it once more
  Handshake handshake;
  const uid_t caller = caller_uid();
  Child child = Child::clone(
      CLONE_NEWUSER,
      [&] {
        handshake.be_child();
        run(handshake, caller, body);
      },
      "a user namespace with the container's ids: root over its files");
  handshake.be_host();
  write_maps_without_root(maps, child.pid());
  handshake.release(Stage::kCloned);
  handshake.await_exec();
  const ExitStatus status = child.wait();
  const int code = status.shell_code();
  if (code > 128)
    throw Error(fmt::format("the process with root over the files {}", status.words()));
  return code;
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
