#include "06-user/reach.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "06-user/maps.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::usr {
namespace {

/// Whether others may search every folder above it. Its own mode says nothing: that is the
/// container's to change.
bool is_open_to_all(const Fd& folder) {
  struct stat below {};
  struct stat above {};
  for (std::string way = "..";; way += "/..") {
    if (::fstatat(folder.get(), way.c_str(), &above, 0) != 0) return false;
    if (above.st_ino == below.st_ino && above.st_dev == below.st_dev) return true;  // "/.." is "/"
    if ((above.st_mode & S_IXOTH) == 0) return false;
    below = above;
  }
}

bool is_nosuid(const Fd& folder) {
  struct statvfs status {};
  return ::fstatvfs(folder.get(), &status) == 0 && (status.f_flag & ST_NOSUID) != 0;
}

/// Not for folders that others need: "/", /tmp.
std::string how_to_close(const std::string& rootfs) {
  const std::string path = sys::real_path(rootfs).value_or(rootfs);
  const std::string above = path.substr(0, path.rfind('/'));
  struct stat status {};
  const bool is_own =
      !above.empty() && ::stat(above.c_str(), &status) == 0 && (status.st_mode & S_ISVTX) == 0;
  return is_own ? fmt::format("`chmod 700 {}` keeps them out", above)
                : "move it into a folder that only root may enter (`mkdir -m 700`)";
}

}  // namespace

void say_who_reaches(const sys::Place& rootfs, const oci::Config& config) {
  if (config.annotations.count(kUsersAnnotation) == 0) return;
  if (!is_open_to_all(rootfs.fd) || is_nosuid(rootfs.fd)) return;
  narrate::say(fmt::format(
      "(the rootfs {} can be reached by every user of this machine, to whom a program that the "
      "container's root makes set-uid there is one of the host's root: {})",
      rootfs.name, how_to_close(rootfs.name)));
}

}  // namespace lockstep::usr
