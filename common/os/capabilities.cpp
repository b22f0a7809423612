#include "common/os/capabilities.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/os/call.hpp"

namespace lockstep {
namespace words {
namespace {

/// By their numbers.
constexpr std::array kNames = {"CAP_CHOWN",
                               "CAP_DAC_OVERRIDE",
                               "CAP_DAC_READ_SEARCH",
                               "CAP_FOWNER",
                               "CAP_FSETID",
                               "CAP_KILL",
                               "CAP_SETGID",
                               "CAP_SETUID",
                               "CAP_SETPCAP",
                               "CAP_LINUX_IMMUTABLE",
                               "CAP_NET_BIND_SERVICE",
                               "CAP_NET_BROADCAST",
                               "CAP_NET_ADMIN",
                               "CAP_NET_RAW",
                               "CAP_IPC_LOCK",
                               "CAP_IPC_OWNER",
                               "CAP_SYS_MODULE",
                               "CAP_SYS_RAWIO",
                               "CAP_SYS_CHROOT",
                               "CAP_SYS_PTRACE",
                               "CAP_SYS_PACCT",
                               "CAP_SYS_ADMIN",
                               "CAP_SYS_BOOT",
                               "CAP_SYS_NICE",
                               "CAP_SYS_RESOURCE",
                               "CAP_SYS_TIME",
                               "CAP_SYS_TTY_CONFIG",
                               "CAP_MKNOD",
                               "CAP_LEASE",
                               "CAP_AUDIT_WRITE",
                               "CAP_AUDIT_CONTROL",
                               "CAP_SETFCAP",
                               "CAP_MAC_OVERRIDE",
                               "CAP_MAC_ADMIN",
                               "CAP_SYSLOG",
                               "CAP_WAKE_ALARM",
                               "CAP_BLOCK_SUSPEND",
                               "CAP_AUDIT_READ",
                               "CAP_PERFMON",
                               "CAP_BPF",
                               "CAP_CHECKPOINT_RESTORE"};

constexpr unsigned kBits = 64;

}  // namespace

std::string capability(unsigned number) {
  return number < kNames.size() ? kNames.at(number) : fmt::format("capability {}", number);
}

std::string capabilities(uint64_t set) {
  std::string out;
  for (unsigned number = 0; number < kBits; ++number) {
    if ((set & capability_bit(number)) != 0) out += (out.empty() ? "" : "|") + capability(number);
  }
  return out.empty() ? "0" : out;
}

std::optional<unsigned> capability_number(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<unsigned>(found - kNames.begin());
}

}  // namespace words

namespace sys {
namespace {

constexpr unsigned kHalf = 32;  // of a set, in each of capset's two structs

std::string bounding_hint(int code) {
  return code == EPERM ? "to give a capability up for good takes CAP_SETPCAP: the sandbox around "
                         "this process keeps it from having that"
                       : "";
}

std::string sets_hint(int code) {
  return code == EPERM ? "a process can't permit itself what it hasn't" : "";
}

long control(const Why& why, const std::string& words, int option, unsigned long second,
             unsigned long third, std::string (*hint)(int)) {
  return call(
      why, [&] { return words; }, [&] { return ::prctl(option, second, third, 0UL, 0UL); }, hint);
}

std::string no_hint(int) { return ""; }

struct BoundingSet {
  uint64_t known = 0;
  uint64_t has = 0;
};

/// Up to the first that the kernel doesn't know. Any other failure must not pass for that: all that is
/// numbered from there on would be kept.
BoundingSet read_bounding_set() {
  BoundingSet set;
  for (unsigned number = 0; number < 2 * kHalf; ++number) {
    const int is_in = ::prctl(PR_CAPBSET_READ, static_cast<unsigned long>(number), 0UL, 0UL, 0UL);
    if (is_in < 0 && errno == EINVAL) break;
    if (is_in < 0) throw SysError(errno, fmt::format("prctl(PR_CAPBSET_READ, {})", number));
    set.known |= capability_bit(number);
    if (is_in == 1) set.has |= capability_bit(number);
  }
  return set;
}

}  // namespace

Capabilities capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> halves{};
  if (::syscall(SYS_capget, &header, halves.data()) != 0) throw SysError(errno, "capget()");
  const auto whole = [](uint32_t low, uint32_t high) { return uint64_t{high} << kHalf | low; };
  return {whole(halves[0].effective, halves[1].effective),
          whole(halves[0].permitted, halves[1].permitted),
          whole(halves[0].inheritable, halves[1].inheritable)};
}

void set_capabilities(const Capabilities& sets, Why why) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> halves{};
  for (unsigned i = 0; i < halves.size(); ++i) {
    const auto half = [&](uint64_t set) { return static_cast<uint32_t>(set >> (i * kHalf)); };
    halves.at(i) = {half(sets.effective), half(sets.permitted), half(sets.inheritable)};
  }
  call(
      why,
      [&] {
        return fmt::format("capset({{effective={}, permitted={}, inheritable={}}})",
                           words::capabilities(sets.effective), words::capabilities(sets.permitted),
                           words::capabilities(sets.inheritable));
      },
      [&] { return ::syscall(SYS_capset, &header, halves.data()); }, sets_hint);
}

uint64_t bounding_set() { return read_bounding_set().has; }

uint64_t known_capabilities() { return read_bounding_set().known; }

void drop_from_bounding_set(unsigned number, Why why) {
  control(why, fmt::format("prctl(PR_CAPBSET_DROP, {})", words::capability(number)),
          PR_CAPBSET_DROP, number, 0, bounding_hint);
}

void keep_capabilities(Why why) {
  control(why, "prctl(PR_SET_KEEPCAPS, 1)", PR_SET_KEEPCAPS, 1, 0, no_hint);
}

void raise_ambient(unsigned number, Why why) {
  control(why,
          fmt::format("prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, {})", words::capability(number)),
          PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, no_hint);
}

void set_no_new_privileges(Why why) {
  control(why, "prctl(PR_SET_NO_NEW_PRIVS, 1)", PR_SET_NO_NEW_PRIVS, 1, 0, no_hint);
}

}  // namespace sys
}  // namespace lockstep
