#pragma once

#include <optional>
#include <string>

#include "common/os/fd.hpp"

namespace lockstep {

/// A folder whose content is hostile: a container's rootfs. Every path below it is resolved as if
/// the process were chrooted there, so that neither "..", nor a symbolic link, absolute or not,
/// leads out; magic links (/proc/PID/fd/…) are refused. By openat2(RESOLVE_IN_ROOT), which also
/// notices a link that is put there meanwhile (CVE-2021-30465); before kernel 5.6 by walking
/// component by component. See: openat2(2)
class Beneath {
 public:
  explicit Beneath(Fd root) : root_(std::move(root)) {}
  /// Opens the host's folder `path` as the root of all further look-ups.
  static Beneath open_root(const std::string& path);

  const Fd& root() const { return root_; }
  /// The root's own name, by which the kernel knows it; asked for once. Throws SysError.
  const std::string& name() const;

  /// Opens `path` (absolute or not, both below the root); O_CLOEXEC is added. Nothing if it isn't
  /// there.
  std::optional<Fd> open(const std::string& path, int flags) const;
  /// As `open` with O_NOFOLLOW for the last component, too: the link itself.
  std::optional<Fd> open_link_itself(const std::string& path, int flags) const;

  /// Opens the folder `path` (O_PATH), making what is missing of it with `mode`. Throws if a part
  /// of it is no folder, or a dangling link.
  Fd make_directories(const std::string& path, mode_t mode = 0755) const;
  /// Opens the file `path` (O_PATH), making it empty, and the folders above it, if missing.
  Fd make_file(const std::string& path, mode_t mode = 0644) const;

 private:
  Fd root_;
  mutable std::string name_;
};

}  // namespace lockstep
