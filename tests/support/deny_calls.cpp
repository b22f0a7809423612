#include "tests/support/deny_calls.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>

#include "common/os/error.hpp"

namespace lockstep::testing {
namespace {

struct Call {
  const char* name;
  long number;
};
constexpr std::array kCalls = {
    Call{"clone3", SYS_clone3},         Call{"close_range", SYS_close_range},
    Call{"fsopen", SYS_fsopen},         Call{"mount_setattr", SYS_mount_setattr},
    Call{"move_mount", SYS_move_mount}, Call{"open_tree", SYS_open_tree},
    Call{"openat2", SYS_openat2},       Call{"setns", SYS_setns}};

unsigned number_of(const std::string& name) {
  for (const Call& call : kCalls) {
    if (name == call.name) return static_cast<unsigned>(call.number);
  }
  throw Error("deny_calls doesn't know " + quoted(name));
}

sock_filter instruction(int code, unsigned operand, unsigned char if_true = 0,
                        unsigned char if_false = 0) {
  return {static_cast<unsigned short>(code), if_true, if_false, operand};
}

sock_filter fail_with(int code) {
  return instruction(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(code));
}

void add(std::vector<sock_filter>& program, const Denied& denied) {
  const unsigned number = number_of(denied.name);
  if (number != SYS_setns) {
    program.push_back(instruction(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
    program.push_back(fail_with(denied.code));
    return;
  }
  // More than one bit is set if something is left of it without its lowest one: n & (n - 1).
  program.push_back(instruction(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 7));
  program.push_back(instruction(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])));
  program.push_back(instruction(BPF_MISC | BPF_TAX, 0));
  program.push_back(instruction(BPF_ALU | BPF_SUB | BPF_K, 1));
  program.push_back(instruction(BPF_ALU | BPF_AND | BPF_X, 0));
  program.push_back(instruction(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0));
  program.push_back(fail_with(EINVAL));
  program.push_back(instruction(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
}

void install(std::vector<sock_filter>& program) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0) return;
  // Not root: only who can't gain privileges any more may filter.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    throw SysError(errno, "prctl(PR_SET_SECCOMP)");
  }
}

/// A test of a fallback that isn't taken would pass for nothing.
void check(const Denied& denied) {
  const bool several = denied.name == "setns";
  const long kinds = several ? CLONE_NEWUTS | CLONE_NEWIPC : -1L;
  const int expected = several ? EINVAL : denied.code;
  if (::syscall(number_of(denied.name), -1L, kinds, -1L, -1L, -1L, -1L) >= 0 || errno != expected) {
    throw Error(fmt::format("{} isn't denied with {}", denied.name, errno_name(expected)));
  }
}

}  // namespace

void deny_calls(const std::vector<Denied>& calls) {
  std::vector<sock_filter> program;
  program.push_back(instruction(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (const Denied& call : calls) add(program, call);
  program.push_back(instruction(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  install(program);
  for (const Denied& call : calls) check(call);
}

}  // namespace lockstep::testing
