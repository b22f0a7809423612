// Makes one system call and says what came of it. It runs inside containers, so it is static and on its own.
//
//   call-helper NAME|NUMBER [ARGUMENT…]   print "ok" or the errno's name; arguments are numbers (0x…)
//   call-helper seen                      print "Seccomp" and "NoNewPrivs" of /proc/self/status
//   call-helper keys                      print the session keyring's number and description, and the
//                                         contents of a user key "secret" that can be found there
//
// A call that makes a second process ("clone", "unshare") ends in that one at once.

#include <linux/keyctl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

struct Name {
  const char* name;
  long number;
};
constexpr std::array kNames = {
    Name{"getpid", SYS_getpid},
    Name{"mount", SYS_mount},
    Name{"umount2", SYS_umount2},
    Name{"unshare", SYS_unshare},
    Name{"setns", SYS_setns},
    Name{"clone", SYS_clone},
    Name{"clone3", SYS_clone3},
    Name{"keyctl", SYS_keyctl},
    Name{"add_key", SYS_add_key},
    Name{"bpf", SYS_bpf},
    Name{"perf_event_open", SYS_perf_event_open},
    Name{"io_uring_setup", SYS_io_uring_setup},
    Name{"userfaultfd", SYS_userfaultfd},
    Name{"open_by_handle_at", SYS_open_by_handle_at},
    Name{"reboot", SYS_reboot},
    Name{"kexec_load", SYS_kexec_load},
    Name{"init_module", SYS_init_module},
    Name{"personality", SYS_personality},
    Name{"socket", SYS_socket},
    Name{"ptrace", SYS_ptrace},
    Name{"chroot", SYS_chroot},
    Name{"pivot_root", SYS_pivot_root},
    Name{"swapon", SYS_swapon},
    Name{"sethostname", SYS_sethostname},
    Name{"settimeofday", SYS_settimeofday},
    Name{"getcwd", SYS_getcwd},
    Name{"sched_yield", SYS_sched_yield},
};

const char* errno_name(int code) {
  switch (code) {
    case EPERM:
      return "EPERM";
    case ENOSYS:
      return "ENOSYS";
    case EINVAL:
      return "EINVAL";
    case EFAULT:
      return "EFAULT";
    case EACCES:
      return "EACCES";
    case ENOENT:
      return "ENOENT";
    case EBADF:
      return "EBADF";
    case ENOTDIR:
      return "ENOTDIR";
    case ESRCH:
      return "ESRCH";
    case EAFNOSUPPORT:
      return "EAFNOSUPPORT";
    case ENETDOWN:
      return "ENETDOWN";
    default:
      return std::strerror(code);
  }
}

int call(const char* name, int count, char** texts) {
  long number = std::strtol(name, nullptr, 0);
  for (const Name& one : kNames) {
    if (std::strcmp(name, one.name) == 0) number = one.number;
  }
  std::array<unsigned long, 6> arguments{};
  for (int i = 0; i < count && i < 6; ++i)
    arguments[static_cast<size_t>(i)] = std::strtoul(texts[i], nullptr, 0);
  const pid_t before = ::getpid();
  const long result = ::syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
                                arguments[4], arguments[5]);
  if (number == SYS_clone && result == 0 && ::getpid() != before) ::_exit(0);
  if (number == SYS_clone && result == 0) ::_exit(0);
  std::puts(result < 0 ? errno_name(errno) : "ok");
  return 0;
}

int seen() {
  std::FILE* const file = std::fopen("/proc/self/status", "r");
  char line[256];
  while (file != nullptr && std::fgets(line, sizeof line, file) != nullptr) {
    if (std::strncmp(line, "Seccomp:", 8) == 0 || std::strncmp(line, "NoNewPrivs:", 11) == 0)
      std::fputs(line, stdout);
  }
  return 0;
}

int keys() {
  const long ring = ::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
  char text[256] = {};
  if (ring < 0 || ::syscall(SYS_keyctl, KEYCTL_DESCRIBE, ring, text, sizeof text - 1) < 0) {
    std::puts(errno_name(errno));
    return 1;
  }
  std::printf("%s\n", text);
  const long key =
      ::syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "secret", 0);
  char value[256] = {};
  if (key > 0 && ::syscall(SYS_keyctl, KEYCTL_READ, key, value, sizeof value - 1) > 0)
    std::puts(value);
  return 0;
}

/// A key "secret" in a session keyring of this process's own, then the command.
int with_secret(char** command) {
  if (::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) < 0) return 3;
  const char value[] = "the secret";
  if (::syscall(SYS_add_key, "user", "secret", value, sizeof value - 1, KEY_SPEC_SESSION_KEYRING) <
      0)
    return 3;
  ::execvp(command[0], command);
  return 4;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "seen") return seen();
  if (what == "keys") return keys();
  if (what == "with-secret" && argc > 2) return with_secret(argv + 2);
  if (argc > 1) return call(argv[1], argc - 2, argv + 2);
  return 2;
}
