#include "common/os/seccomp.hpp"

#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "common/os/call.hpp"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

namespace lockstep::sys {
namespace {

struct Flag {
  unsigned long bit;
  const char* name;
};
constexpr std::array kFlags = {
    Flag{SECCOMP_FILTER_FLAG_TSYNC, "SECCOMP_FILTER_FLAG_TSYNC"},
    Flag{SECCOMP_FILTER_FLAG_LOG, "SECCOMP_FILTER_FLAG_LOG"},
    Flag{SECCOMP_FILTER_FLAG_SPEC_ALLOW, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"},
    Flag{SECCOMP_FILTER_FLAG_NEW_LISTENER, "SECCOMP_FILTER_FLAG_NEW_LISTENER"},
    Flag{SECCOMP_FILTER_FLAG_TSYNC_ESRCH, "SECCOMP_FILTER_FLAG_TSYNC_ESRCH"},
    Flag{SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"},
};

std::string flag_words(unsigned flags) {
  std::string out;
  for (const Flag& flag : kFlags) {
    if ((flags & flag.bit) != 0) out += (out.empty() ? "" : "|") + std::string(flag.name);
  }
  return out.empty() ? "0" : out;
}

std::string filter_hint(int code) {
  switch (code) {
    case EACCES:
      return "without no_new_privs it takes CAP_SYS_ADMIN in the user namespace";
    case EINVAL:
      return "this kernel doesn't know one of the filter's actions or flags: notify takes 5.0, "
             "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV 5.19; or it was built without "
             "CONFIG_SECCOMP_FILTER";
    case EBUSY:
      return "a process has one listener at most, and a filter around us has one already";
    case ENOMEM:
      return "all filters of a process together have 32768 instructions at most";
    case ENOSYS:
      return "the kernel was built without CONFIG_SECCOMP_FILTER";
    default:
      return "";
  }
}

/// "KEY_POS_VIEW|KEY_OTH_SEARCH": see keyctl_setperm(3). A byte each for the possessor, the user, the
/// group, the others.
std::string permission_words(unsigned permissions) {
  constexpr std::array kWho = {"OTH", "GRP", "USR", "POS"};
  constexpr std::array kWhat = {"VIEW", "READ", "WRITE", "SEARCH", "LINK", "SETATTR"};
  constexpr size_t kByte = 8;
  std::string out;
  for (size_t who = kWho.size(); who-- > 0;) {
    for (size_t what = 0; what < kWhat.size(); ++what) {
      if (((permissions >> (who * kByte + what)) & 1U) == 0) continue;
      out += fmt::format("{}KEY_{}_{}", out.empty() ? "" : "|", kWho[who], kWhat[what]);
    }
  }
  return out.empty() ? "0" : out;
}

std::string keyring_hint(int code) {
  if (code == EDQUOT)
    return "this user has as many keys as it may: see /proc/key-users and "
           "/proc/sys/kernel/keys/maxkeys; --no-new-keyring does without";
  if (code == EACCES || code == ENOKEY)
    return "a keyring of this name is somebody else's: choose another ID, or --no-new-keyring";
  return "--no-new-keyring does without: then the container sees the caller's keys";
}

}  // namespace

Fd load_filter(const std::vector<sock_filter>& program, unsigned flags, Why why) {
  sock_fprog filter{};
  filter.len = static_cast<unsigned short>(program.size());
  filter.filter = const_cast<sock_filter*>(program.data());  // the kernel copies it
  const long result = call(
      why,
      [&] {
        return fmt::format("seccomp(SECCOMP_SET_MODE_FILTER, {}, {{{} instructions}})",
                           flag_words(flags), program.size());
      },
      [&] { return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter); }, filter_hint);
  const bool listens = (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
  return listens ? Fd(static_cast<int>(result)) : Fd();  // always close-on-exec
}

bool has_no_new_privs() { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1; }

long join_session_keyring(const std::string& name, Why why) {
  long key = 0;
  const int answer = call_for_answer(
      why, {ENOSYS, EPERM, EOPNOTSUPP},
      [&] { return fmt::format("keyctl(KEYCTL_JOIN_SESSION_KEYRING, {})", quoted(name)); },
      [&] { return key = ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name.c_str()); },
      keyring_hint);
  return answer == 0 ? key : 0;
}

void allow_on_key(long key, unsigned permissions, Why why) {
  // "keyring;UID;GID;PERMISSIONS;NAME"
  std::array<char, 512> text{};
  if (::syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, text.data(), text.size() - 1) < 0)
    throw SysError(errno, fmt::format("keyctl(KEYCTL_DESCRIBE, {})", key), keyring_hint(errno));
  const char* at = text.data();
  for (int field = 0; field < 3 && at != nullptr; ++field) {
    at = std::strchr(at, ';');
    if (at != nullptr) ++at;
  }
  const auto now = static_cast<unsigned>(at == nullptr ? 0 : std::strtoul(at, nullptr, 16));
  call(
      why,
      [&] {
        return fmt::format("keyctl(KEYCTL_SETPERM, {}, {})", key,
                           permission_words(now | permissions));
      },
      [&] { return ::syscall(SYS_keyctl, KEYCTL_SETPERM, key, now | permissions); }, keyring_hint);
}

}  // namespace lockstep::sys
