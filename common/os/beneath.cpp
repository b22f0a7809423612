#include "common/os/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/walk_beneath.hpp"

namespace lockstep {
namespace {

/// "/a/../b//c/" → "b/c"; "/" → ".". By the words alone: what a link does, the kernel decides.
std::string relative(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    at = end + 1;
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  std::string plain;
  for (const std::string& part : parts) plain += (plain.empty() ? "" : "/") + part;
  return plain.empty() ? "." : plain;
}

std::string parent_of(const std::string& plain) {
  const size_t slash = plain.rfind('/');
  return slash == std::string::npos ? "." : plain.substr(0, slash);
}

std::string name_of(const std::string& plain) { return plain.substr(plain.rfind('/') + 1); }

int open_in_root(int root, const char* path, int flags) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags);
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  constexpr int kTries = 1000;
  int raw = -1;
  for (int i = 0; i < kTries; ++i) {
    raw = static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
    // EAGAIN: something was renamed during the look-up, so the kernel can't vouch for it; look
    // again.
    if (raw >= 0 || (errno != EAGAIN && errno != EINTR)) return raw;
  }
  return raw;
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

const std::string& Beneath::name() const {
  if (name_.empty()) name_ = sys::name_of(root_);
  return name_;
}

std::optional<Fd> Beneath::open(const std::string& path, int flags) const {
  const std::string plain = relative(path);
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
  const std::string plain = relative(path);
  const Fd parent = make_directories(parent_of(plain), mode);
  const bool made =
      sys::make_directory(parent, name_of(plain), mode, "a mount needs a folder to land on");
  if (auto there = open(path, O_PATH | O_DIRECTORY)) return std::move(*there);
  throw SysError(
      made ? ENOENT : ENOTDIR, fmt::format("{} in the rootfs", quoted(path)),
      "it is a file or a dangling link where a folder is needed: remove it from the rootfs");
}

Fd Beneath::make_file(const std::string& path, mode_t mode) const {
  if (auto there = open(path, O_PATH)) return std::move(*there);
  const std::string plain = relative(path);
  const Fd parent = make_directories(parent_of(plain));
  sys::make_empty_file(parent, name_of(plain), mode);
  if (auto there = open(path, O_PATH)) return std::move(*there);
  throw SysError(ENOENT, fmt::format("{} in the rootfs", quoted(path)),
                 "it is a dangling link: remove it from the rootfs");
}

}  // namespace lockstep
