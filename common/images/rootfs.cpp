#include "common/images/rootfs.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "common/images/empty_folder.hpp"
#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/execute_hint.hpp"
#include "common/os/files.hpp"

namespace lockstep::images {
namespace {

/// 0 if `path` is a folder, else why it can't serve as one.
int look(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno;
  return S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
}

std::string what_is_there(const std::string& folder) {
  std::string out;
  if (const auto opened = sys::open_if_there(folder, O_RDONLY | O_DIRECTORY)) {
    for (const std::string& name : names_in(*opened)) out += (out.empty() ? "" : ", ") + name;
  }
  return out.empty() ? "none yet" : out;
}

[[noreturn]] void refuse_folder(const std::string& path, int code) {
  throw SysError(code, fmt::format("the rootfs {}", quoted_briefly(path)),
                 code == EACCES   ? search_hint(path)
                 : code == ENOENT ? "`rootfs-fetch export busybox DIR` makes such a folder"
                                  : "");
}

[[noreturn]] void refuse_name(const std::string& name, const std::string& store, int code) {
  if (code != ENOENT && code != ENOTDIR) {
    throw SysError(code, fmt::format("the rootfs {}", quoted_briefly(store + "/rootfs/" + name)));
  }
  throw Error(fmt::format("no rootfs {}: neither a folder here nor an image in the store {}",
                          quoted(name), quoted(store)),
              fmt::format("`rootfs-fetch busybox` makes the embedded one; of another image "
                          "`rootfs-fetch export NAME DIR` does; there are: {}",
                          what_is_there(store + "/rootfs")));
}

}  // namespace

std::string find_rootfs(const std::string& folder_or_name) {
  check_path(folder_or_name, "the rootfs");
  if (folder_or_name == "..") {  // the one folder that looks like an attempt to leave the store
    throw Error("\"..\" is not an image's name", "for the folder above this one write \"../\"");
  }
  const int here = look(folder_or_name);
  if (here == 0) return folder_or_name;
  if (folder_or_name.find('/') != std::string::npos) refuse_folder(folder_or_name, here);
  check_name(folder_or_name);
  const std::string store = store_folder();
  std::string folder = store + "/rootfs/" + folder_or_name;
  const int there = look(folder);
  if (there != 0) refuse_name(folder_or_name, store, there);
  return folder;
}

}  // namespace lockstep::images
