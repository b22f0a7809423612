#include "common/os/words.hpp"

#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "common/os/error.hpp"
#include "common/os/mount_api.hpp"
#include "common/os/text.hpp"

namespace lockstep::words {
namespace {

struct Named {
  uint64_t bits;
  const char* name;
};

#define NAMED(flag) \
  Named { static_cast<uint64_t>(flag), #flag }

constexpr Named kMountFlags[] = {
    NAMED(MS_RDONLY),   NAMED(MS_NOSUID),      NAMED(MS_NODEV),      NAMED(MS_NOEXEC),
    NAMED(MS_REMOUNT),  NAMED(MS_BIND),        NAMED(MS_REC),        NAMED(MS_MOVE),
    NAMED(MS_PRIVATE),  NAMED(MS_SLAVE),       NAMED(MS_SHARED),     NAMED(MS_UNBINDABLE),
    NAMED(MS_NOATIME),  NAMED(MS_NODIRATIME),  NAMED(MS_RELATIME),   NAMED(MS_STRICTATIME),
    NAMED(MS_LAZYTIME), NAMED(MS_SYNCHRONOUS), NAMED(MS_DIRSYNC),    NAMED(MS_MANDLOCK),
    NAMED(MS_SILENT),   NAMED(MS_I_VERSION),   NAMED(MS_NOSYMFOLLOW)};

constexpr Named kMountAttributes[] = {
    NAMED(MOUNT_ATTR__ATIME),      NAMED(MOUNT_ATTR_RDONLY),     NAMED(MOUNT_ATTR_NOSUID),
    NAMED(MOUNT_ATTR_NODEV),       NAMED(MOUNT_ATTR_NOEXEC),     NAMED(MOUNT_ATTR_NOATIME),
    NAMED(MOUNT_ATTR_STRICTATIME), NAMED(MOUNT_ATTR_NODIRATIME), NAMED(MOUNT_ATTR_NOSYMFOLLOW)};

constexpr Named kCloneFlags[] = {NAMED(CLONE_NEWUSER),    NAMED(CLONE_NEWUTS),  NAMED(CLONE_NEWPID),
                                 NAMED(CLONE_NEWIPC),     NAMED(CLONE_NEWNS),   NAMED(CLONE_NEWNET),
                                 NAMED(CLONE_NEWCGROUP),  NAMED(CLONE_NEWTIME), NAMED(CLONE_PIDFD),
                                 NAMED(CLONE_INTO_CGROUP)};

#undef NAMED

template <size_t N>
std::string join(const Named (&names)[N], uint64_t flags) {
  std::string out;
  for (const Named& named : names) {
    if ((flags & named.bits) != named.bits) continue;
    out += out.empty() ? "" : "|";
    out += named.name;
    flags &= ~named.bits;
  }
  if (flags != 0) out += fmt::format("{}{:#x}", out.empty() ? "" : "|", flags);
  return out.empty() ? "0" : out;
}

}  // namespace

std::string mount_flags(unsigned long flags) { return join(kMountFlags, flags); }
std::string mount_attributes(uint64_t attributes) { return join(kMountAttributes, attributes); }
std::string clone_flags(uint64_t flags) { return join(kCloneFlags, flags); }

std::string file_mode(mode_t mode) {
  const char* type = S_ISCHR(mode)    ? "S_IFCHR|"
                     : S_ISBLK(mode)  ? "S_IFBLK|"
                     : S_ISFIFO(mode) ? "S_IFIFO|"
                     : S_ISREG(mode)  ? "S_IFREG|"
                                      : "";
  return fmt::format("{}{:04o}", type, mode & ~static_cast<mode_t>(S_IFMT));
}

std::string signal(int number) {
  if (number >= SIGRTMIN && number <= SIGRTMAX)
    return fmt::format("SIGRTMIN+{}", number - SIGRTMIN);
  const char* name = ::sigabbrev_np(number);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", number);
}

std::optional<int> signal_number(std::string_view name) {
  if (const auto number = parse_number<int>(name))
    return *number > 0 && *number <= SIGRTMAX ? number : std::nullopt;
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (upper.rfind("SIG", 0) != 0) upper.insert(0, "SIG");
  if (upper == "SIGRTMIN") return SIGRTMIN;
  if (upper == "SIGRTMAX") return SIGRTMAX;
  for (int candidate = 1; candidate <= SIGRTMAX; ++candidate) {
    if (signal(candidate) == upper) return candidate;
  }
  return std::nullopt;
}

std::string list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) out += (out.size() > 1 ? ", " : "") + quoted(item);
  return out + "]";
}

}  // namespace lockstep::words
