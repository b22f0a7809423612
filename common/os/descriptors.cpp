// Keeping what is open here from whoever comes next.
#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/magic.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <charconv>
#include <memory>
#include <string_view>
#include <vector>

#include "common/os/call.hpp"
#include "common/os/processes.hpp"

namespace lockstep::sys {
namespace {

/// Before close_range(2): every descriptor from `first` up, one by one. Not up to the limit on open
/// files: that may be a thousand million, and there may be some above it, from before it was lowered.
template <typename Action>
void for_each_descriptor(int first, Action action) {
  if (const auto listed = open_descriptors()) {
    for (const int fd : *listed) {
      if (fd >= first) action(fd);
    }
    return;
  }
  const long limit = ::sysconf(_SC_OPEN_MAX);
  for (int fd = first; fd < limit; ++fd) action(fd);
}

}  // namespace

std::optional<std::vector<int>> open_descriptors() {
  std::vector<int> open;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  struct statfs where {};
  if (!folder || ::fstatfs(::dirfd(folder.get()), &where) != 0 ||
      where.f_type != PROC_SUPER_MAGIC) {
    return std::nullopt;
  }
  errno = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (fd >= 0 && fd != ::dirfd(folder.get())) open.push_back(fd);
  }
  if (errno != 0) return std::nullopt;
  return open;
}

void replace_descriptor(const Fd& file, int number) {
  if (::dup2(file.get(), number) >= 0) return;
  throw SysError(errno, fmt::format("dup2({}, {})", file.get(), number));
}

void close_all_from(int first) {
  if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U) == 0) return;
  for_each_descriptor(first, [](int fd) { ::close(fd); });  // older than 5.9, or filtered
}

void close_on_exec_from(unsigned first, Why why) {
  try {
    call(
        why, [&] { return fmt::format("close_range({}, ~0, CLOSE_RANGE_CLOEXEC)", first); },
        [&] { return ::syscall(SYS_close_range, first, ~0U, unsigned{CLOSE_RANGE_CLOEXEC}); });
  } catch (const SysError&) {  // older than 5.11, or filtered
    for_each_descriptor(static_cast<int>(first), [](int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); });
  }
}

}  // namespace lockstep::sys
