#include "common/os/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/walk_beneath.hpp"

namespace lockstep {
namespace {

namespace fs = std::filesystem;

/// "/a/../b//c/" → "b/c"; "/" → ".".
fs::path relative(const std::string& path) {
  const fs::path plain = (fs::path("/") / path).lexically_normal().relative_path();
  if (plain.empty()) return ".";
  return plain.has_filename() ? plain : plain.parent_path();
}

int open_in_root(int root, const char* path, int flags) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags);
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  for (;;) {
    const auto raw = static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
    // EAGAIN: something was renamed during the look-up, so the kernel can't vouch for it; look
    // again.
    if (raw >= 0 || (errno != EAGAIN && errno != EINTR)) return raw;
  }
}

std::optional<Fd> result(int raw, const std::string& path) {
  if (raw >= 0) return Fd(raw);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  const int code = errno;
  throw SysError(
      code, fmt::format("openat2({}, RESOLVE_IN_ROOT)", quoted(path)),
      code == ELOOP ? "a link there leads nowhere, or through /proc: nothing in a rootfs may" : "");
}

}  // namespace

Beneath Beneath::open_root(const std::string& path) {
  return Beneath(sys::open(path, O_PATH | O_DIRECTORY));
}

std::optional<Fd> Beneath::open(const std::string& path, int flags) const {
  const fs::path plain = relative(path);
  int raw = open_in_root(root_.get(), plain.c_str(), flags | O_CLOEXEC);
  if (raw < 0 && (errno == ENOSYS || errno == EPERM)) {
    raw = walk_beneath(root_, plain, flags | O_CLOEXEC);  // an older kernel, or a sandbox around us
  }
  return result(raw, path);
}

std::optional<Fd> Beneath::open_link_itself(const std::string& path, int flags) const {
  return open(path, flags | O_NOFOLLOW);
}

Fd Beneath::make_directories(const std::string& path, mode_t mode) const {
  if (auto there = open(path, O_PATH | O_DIRECTORY)) return std::move(*there);
  const fs::path plain = relative(path);
  const Fd parent = make_directories(plain.parent_path().string(), mode);
  const bool made = sys::make_directory(parent, plain.filename().string(), mode,
                                        "a mount needs a folder to land on");
  if (auto there = open(path, O_PATH | O_DIRECTORY)) return std::move(*there);
  throw SysError(
      made ? ENOENT : ENOTDIR, fmt::format("{} in the rootfs", quoted(path)),
      "it is a file or a dangling link where a folder is needed: remove it from the rootfs");
}

Fd Beneath::make_file(const std::string& path, mode_t mode) const {
  if (auto there = open(path, O_PATH)) return std::move(*there);
  const fs::path plain = relative(path);
  const Fd parent = make_directories(plain.parent_path().string());
  sys::make_empty_file(parent, plain.filename().string(), mode);
  if (auto there = open(path, O_PATH)) return std::move(*there);
  throw SysError(ENOENT, fmt::format("{} in the rootfs", quoted(path)),
                 "it is a dangling link: remove it from the rootfs");
}

}  // namespace lockstep
