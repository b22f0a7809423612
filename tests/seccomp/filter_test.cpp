// What filters answer.
#include "09-seccomp/filter.hpp"

#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>

#include "09-seccomp/newer_calls.hpp"
#include "09-seccomp/profile.hpp"
#include "tests/seccomp/bpf_machine.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"

namespace lockstep::seccomp {
namespace {

using Numbers = std::initializer_list<uint32_t>;

uint32_t here(const Program& program, uint32_t number,
              const std::array<uint64_t, 6>& arguments = {}) {
  return answer(program, kHere, number, arguments);
}

oci::Seccomp profile(const char* default_action, std::vector<oci::SyscallRule> rules) {
  oci::Seccomp out;
  out.default_action = default_action;
  out.syscalls = std::move(rules);
  return out;
}

TEST_CASE("seccomp: the default profile lets programs do their work") {
  const Program program = compile(default_profile({}));
  for (const uint32_t number : Numbers{
           SYS_read,         SYS_openat,           SYS_execve,        SYS_futex,
           SYS_mmap,         SYS_rt_sigaction,     SYS_ioctl,         SYS_wait4,
           SYS_prctl,        SYS_setuid,           SYS_mknodat,       SYS_ptrace,
           SYS_seccomp,      SYS_capset,           SYS_clock_adjtime, SYS_name_to_handle_at,
           SYS_memfd_create, SYS_pidfd_open,       SYS_close_range,   SYS_landlock_create_ruleset,
           SYS_io_submit,    SYS_process_vm_readv, SYS_epoll_pwait2}) {
    CAPTURE(number);
    CHECK(here(program, number) == kAllowed);
  }
}

TEST_CASE("seccomp: the default profile keeps the doors shut") {
  const Program program = compile(default_profile({}));
  for (const uint32_t number : Numbers{SYS_mount,
                                       SYS_umount2,
                                       SYS_unshare,
                                       SYS_setns,
                                       SYS_pivot_root,
                                       SYS_chroot,
                                       SYS_keyctl,
                                       SYS_add_key,
                                       SYS_request_key,
                                       SYS_bpf,
                                       SYS_perf_event_open,
                                       SYS_userfaultfd,
                                       SYS_io_uring_setup,
                                       SYS_io_uring_enter,
                                       SYS_open_by_handle_at,
                                       SYS_init_module,
                                       SYS_finit_module,
                                       SYS_delete_module,
                                       SYS_kexec_load,
                                       SYS_reboot,
                                       SYS_swapon,
                                       SYS_acct,
                                       SYS_settimeofday,
                                       SYS_clock_settime,
                                       SYS_sethostname,
                                       SYS_quotactl,
                                       SYS_syslog,
                                       SYS_kcmp,
                                       SYS_move_pages,
                                       SYS_mbind,
                                       SYS_vhangup,
                                       SYS_nfsservctl,
                                       SYS_fsopen,
                                       SYS_open_tree,
                                       SYS_mount_setattr,
                                       SYS_pidfd_getfd,
                                       SYS_process_madvise,
                                       SYS_fanotify_init}) {
    CAPTURE(number);
    CHECK(here(program, number) == fails_with(EPERM));
  }
  CHECK(here(program, SYS_clone3) == fails_with(ENOSYS));
}

TEST_CASE("seccomp: with a capability the default profile has the calls that go with it") {
  const struct {
    const char* capability;
    uint32_t number;
  } pairs[] = {{"CAP_SYS_ADMIN", SYS_mount},
               {"CAP_SYS_ADMIN", SYS_unshare},
               {"CAP_SYS_ADMIN", SYS_clone3},
               {"CAP_DAC_READ_SEARCH", SYS_open_by_handle_at},
               {"CAP_SYS_BOOT", SYS_reboot},
               {"CAP_SYS_CHROOT", SYS_chroot},
               {"CAP_SYS_MODULE", SYS_init_module},
               {"CAP_SYS_PACCT", SYS_acct},
               {"CAP_SYS_PTRACE", SYS_kcmp},
               {"CAP_SYS_TIME", SYS_settimeofday},
               {"CAP_SYS_NICE", SYS_mbind},
               {"CAP_SYSLOG", SYS_syslog},
               {"CAP_BPF", SYS_bpf},
               {"CAP_PERFMON", SYS_perf_event_open},
               {"CAP_SYS_TTY_CONFIG", SYS_vhangup}};
  for (const auto& pair : pairs) {
    CAPTURE(pair.capability);
    CHECK(here(compile(default_profile({})), pair.number) != kAllowed);
    CHECK(here(compile(default_profile({pair.capability})), pair.number) == kAllowed);
  }
  const Program root = compile(default_profile({"CAP_SYS_ADMIN"}));
  CHECK(here(root, SYS_clone, {CLONE_NEWUSER}) == kAllowed);
  CHECK(here(root, SYS_keyctl) == fails_with(EPERM));
}

uint64_t argument(int value) { return static_cast<uint64_t>(value); }

TEST_CASE("seccomp: the default profile looks at arguments") {
  const Program program = compile(default_profile({}));
  CHECK(here(program, SYS_clone, {SIGCHLD}) == kAllowed);
  CHECK(here(program, SYS_clone, {CLONE_VM | CLONE_THREAD | CLONE_SIGHAND}) == kAllowed);
  for (const int flag : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWUTS,
                         CLONE_NEWIPC, CLONE_NEWCGROUP})
    CHECK(here(program, SYS_clone, {argument(flag | SIGCHLD)}) == fails_with(EPERM));
  for (const int family : {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_CAN})
    CHECK(here(program, SYS_socket, {argument(family)}) == kAllowed);
  for (const int family : {AF_VSOCK, AF_ALG, 12, 200})  // 12 was DECnet
    CHECK(here(program, SYS_socket, {argument(family)}) == fails_with(EPERM));
  for (const uint64_t persona : {0x0UL, 0x8UL, 0x20000UL, 0x20008UL, 0xffffffffUL})
    CHECK(here(program, SYS_personality, {persona}) == kAllowed);
  CHECK(here(program, SYS_personality, {0x0040000}) == fails_with(EPERM));  // ADDR_NO_RANDOMIZE
}

TEST_CASE("seccomp: what is newer than the profile is ENOSYS, what it knows is judged") {
  const Program program = compile(default_profile({}));
  constexpr uint32_t kCachestat = 451;
  constexpr uint32_t kListmount = 458;
  constexpr uint32_t kRemovexattrat = 466;
  CHECK(here(program, kCachestat) == kAllowed);
  CHECK(here(program, kListmount) == kAllowed);
  CHECK(here(program, kRemovexattrat) == kAllowed);
  CHECK(here(program, 461) == fails_with(EPERM));  // lsm_list_modules: older than what it knows
  for (const uint32_t number : Numbers{467, 500, 1000, 0x3fffffff})
    CHECK(here(program, number) == fails_with(ENOSYS));
}

#if defined(__x86_64__)
TEST_CASE("seccomp: the same for programs of 32 bits and of x32") {
  const Program program = compile(default_profile({}));
  constexpr uint32_t kX32 = 0x40000000;
  CHECK(answer(program, AUDIT_ARCH_I386, 5) == kAllowed);             // open
  CHECK(answer(program, AUDIT_ARCH_I386, 21) == fails_with(EPERM));   // mount
  CHECK(answer(program, AUDIT_ARCH_I386, 310) == fails_with(EPERM));  // unshare
  CHECK(answer(program, AUDIT_ARCH_I386, 102) == kAllowed);           // socketcall
  CHECK(answer(program, AUDIT_ARCH_I386, 451) == kAllowed);           // cachestat
  CHECK(answer(program, AUDIT_ARCH_I386, 500) == fails_with(ENOSYS));
  CHECK(here(program, kX32 + 0) == kAllowed);             // read
  CHECK(here(program, kX32 + 165) == fails_with(EPERM));  // mount
  CHECK(here(program, kX32 + 451) == kAllowed);
  CHECK(here(program, kX32 + 1000) == fails_with(ENOSYS));
  CHECK(answer(program, AUDIT_ARCH_AARCH64, 1) == SECCOMP_RET_KILL_THREAD);
}
#endif

TEST_CASE("seccomp: a small profile of one's own") {
  const Program program =
      compile(profile("SCMP_ACT_ALLOW", {{{"mkdir", "mkdirat"}, "SCMP_ACT_ERRNO", EACCES},
                                         {{"chmod", "fchmodat"}, "SCMP_ACT_ERRNO", std::nullopt},
                                         {{"getpid"}, "SCMP_ACT_KILL_PROCESS", std::nullopt},
                                         {{"getppid"}, "SCMP_ACT_TRAP", std::nullopt},
                                         {{"getuid"}, "SCMP_ACT_TRACE", 5},
                                         {{"getgid"}, "SCMP_ACT_LOG", std::nullopt},
                                         {{"no_such_call"}, "SCMP_ACT_KILL", std::nullopt}}));
  CHECK(here(program, SYS_mkdirat) == fails_with(EACCES));
  CHECK(here(program, SYS_fchmodat) == fails_with(EPERM));
  CHECK(here(program, SYS_getpid) == SECCOMP_RET_KILL_PROCESS);
  CHECK(here(program, SYS_getppid) == SECCOMP_RET_TRAP);
  CHECK(here(program, SYS_getuid) == (SECCOMP_RET_TRACE | 5U));
  CHECK(here(program, SYS_getgid) == SECCOMP_RET_LOG);
  CHECK(here(program, SYS_read) == kAllowed);
  CHECK(here(program, 1000) == kAllowed);  // nobody asked for less
}

TEST_CASE("seccomp: a rule about a call that is newer than libseccomp is kept") {
  const Program program =
      compile(profile("SCMP_ACT_ALLOW", {{{"cachestat"}, "SCMP_ACT_ERRNO", EACCES}}));
  CHECK(here(program, 451) == fails_with(EACCES));
  CHECK(here(program, 452) == kAllowed);
}

TEST_CASE("seccomp: comparisons; two of one argument mean either, of several all") {
  const auto judged = [](const std::vector<oci::SeccompArg>& args, std::array<uint64_t, 6> values) {
    return here(compile(profile("SCMP_ACT_ALLOW", {{{"dup3"}, "SCMP_ACT_ERRNO", EPERM, args}})),
                SYS_dup3, values) != kAllowed;
  };
  constexpr uint64_t kLarge = 0x100000005;
  CHECK(judged({{0, 5, 0, "SCMP_CMP_EQ"}}, {5}));
  CHECK_FALSE(judged({{0, 5, 0, "SCMP_CMP_EQ"}}, {kLarge}));
  CHECK(judged({{0, kLarge, 0, "SCMP_CMP_EQ"}}, {kLarge}));
  CHECK(judged({{0, 5, 0, "SCMP_CMP_NE"}}, {6}));
  CHECK_FALSE(judged({{0, 5, 0, "SCMP_CMP_NE"}}, {5}));
  CHECK(judged({{0, 5, 0, "SCMP_CMP_LT"}}, {4}));
  CHECK_FALSE(judged({{0, 5, 0, "SCMP_CMP_LT"}}, {5}));
  CHECK(judged({{0, 5, 0, "SCMP_CMP_LE"}}, {5}));
  CHECK(judged({{0, 5, 0, "SCMP_CMP_GE"}}, {5}));
  CHECK_FALSE(judged({{0, 5, 0, "SCMP_CMP_GT"}}, {5}));
  CHECK(judged({{0, 5, 0, "SCMP_CMP_GT"}}, {kLarge}));
  CHECK(judged({{0, 0xf0, 0x10, "SCMP_CMP_MASKED_EQ"}}, {0x1f}));
  CHECK_FALSE(judged({{0, 0xf0, 0x10, "SCMP_CMP_MASKED_EQ"}}, {0x2f}));
  CHECK(judged({{0, 5, 0, "SCMP_CMP_EQ"}, {1, 6, 0, "SCMP_CMP_EQ"}}, {5, 6}));
  CHECK_FALSE(judged({{0, 5, 0, "SCMP_CMP_EQ"}, {1, 6, 0, "SCMP_CMP_EQ"}}, {5, 7}));
  CHECK(judged({{0, 5, 0, "SCMP_CMP_EQ"}, {0, 6, 0, "SCMP_CMP_EQ"}}, {5}));
  CHECK(judged({{0, 5, 0, "SCMP_CMP_EQ"}, {0, 6, 0, "SCMP_CMP_EQ"}}, {6}));
  CHECK_FALSE(judged({{0, 5, 0, "SCMP_CMP_EQ"}, {0, 6, 0, "SCMP_CMP_EQ"}}, {7}));
}

TEST_CASE("seccomp: flags") {
  oci::Seccomp asked = profile("SCMP_ACT_ALLOW", {});
  CHECK(flags_of(asked) == SECCOMP_FILTER_FLAG_SPEC_ALLOW);
  asked.flags.emplace();
  CHECK(flags_of(asked) == 0);
  asked.flags = {"SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"};
  CHECK(flags_of(asked) == SECCOMP_FILTER_FLAG_LOG);
  asked.syscalls = {{{"getpid"}, oci::kNotify, std::nullopt}};
  CHECK(flags_of(asked) == (SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_NEW_LISTENER | 1U << 5U));
}

TEST_CASE("seccomp: an architecture that nobody knows") {
  oci::Seccomp asked = profile("SCMP_ACT_ALLOW", {});
  asked.architectures = {"SCMP_ARCH_PDP11"};
  CHECK_THROWS_WITH_AS(compile(asked), doctest::Contains("\"SCMP_ARCH_PDP11\": not known"), Error);
}

}  // namespace
}  // namespace lockstep::seccomp
