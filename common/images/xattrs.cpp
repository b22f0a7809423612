#include "common/images/xattrs.hpp"

#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "common/os/error.hpp"

namespace lockstep::images {
namespace {

constexpr std::array kCarried = {"user.", "trusted.", "security.capability",
                                 "system.posix_acl_access", "system.posix_acl_default"};
constexpr std::array kOverlays = {"user.overlay.", "trusted.overlay."};

/// A list or a value, which may grow between asking for its size and reading it. Nothing: there is
/// none.
template <typename Read>
std::string read_growing(Read read, const std::string& call) {
  for (;;) {
    const ssize_t size = read(nullptr, 0);
    std::string out(static_cast<size_t>(std::max<ssize_t>(size, 0)), '\0');
    const ssize_t count = size <= 0 ? size : read(out.data(), out.size());
    if (count < 0 && errno == ERANGE) continue;
    if (count < 0 && (errno == ENODATA || errno == ENOTSUP || errno == ENOENT)) return "";
    if (count < 0) throw SysError(errno, call);
    out.resize(static_cast<size_t>(count));
    return out;
  }
}

}  // namespace

bool is_carried(const std::string& name) {
  const auto begins = [&](const char* with) { return name.starts_with(with); };
  return std::any_of(kCarried.begin(), kCarried.end(), begins) &&
         std::none_of(kOverlays.begin(), kOverlays.end(), begins);
}

std::string read_xattr(const Fd& file, const std::string& name) {
  const std::string path = file.path();
  return read_growing(
      [&](char* out, size_t size) { return ::getxattr(path.c_str(), name.c_str(), out, size); },
      fmt::format("getxattr({})", quoted(name)));
}

Xattrs read_xattrs(const Fd& file, const std::string& path) {
  const std::string open_file = file.path();
  const std::string names = read_growing(
      [&](char* out, size_t size) { return ::listxattr(open_file.c_str(), out, size); },
      fmt::format("listxattr({})", quoted(path)));
  Xattrs out;
  for (size_t at = 0; at < names.size(); at += std::strlen(names.c_str() + at) + 1) {
    const std::string name = names.c_str() + at;
    if (is_carried(name)) out[name] = read_xattr(file, name);
  }
  return out;
}

}  // namespace lockstep::images
