#include "05-network/state_file.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "common/os/proc.hpp"

namespace lockstep::net {
namespace {

/// "mnt_id:\t29", as /proc/self/fdinfo tells of an open file.
std::string mount_id(const Fd& file) {
  const std::string text =
      proc::read_file(fmt::format("/proc/self/fdinfo/{}", file.get())).value_or("");
  const size_t begin = text.find("mnt_id:");
  if (begin == std::string::npos)
    throw Error("/proc/self/fdinfo names no mount: is /proc mounted?");
  return text.substr(begin, text.find('\n', begin) - begin);
}

bool is_plain_file(const Fd& file) {
  struct stat status {};
  return ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
}

/// For kernels before 5.6: looks at what it is before it is opened.
int look_and_open(const Fd& folder, const std::string& name, int flags) {
  const Fd there(::openat(folder.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!there) return -1;
  if (mount_id(there) != mount_id(folder) || !is_plain_file(there)) {
    errno = EXDEV;
    return -1;
  }
  return ::open(there.path().c_str(), flags);
}

int open_beneath(const Fd& folder, const std::string& name, int flags) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_NOFOLLOW);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
  const int raw =
      static_cast<int>(::syscall(SYS_openat2, folder.get(), name.c_str(), &how, sizeof how));
  return raw < 0 && (errno == ENOSYS || errno == EPERM) ? look_and_open(folder, name, flags) : raw;
}

}  // namespace

std::optional<Fd> open_state_file(const std::string& folder, const std::string& name, int flags) {
  const auto opened = sys::open_if_there(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  if (!opened) return std::nullopt;
  Fd file(open_beneath(*opened, name, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (file && is_plain_file(file)) return file;
  const int code = file ? EXDEV : errno;
  if (code == ENOENT) return std::nullopt;
  const bool is_other = code == EXDEV || code == ELOOP || code == ENXIO;
  narrate::say(fmt::format(
      "({}/{}: passed over: {})", folder, name,
      is_other ? "something else is there than the file that was made; `umount` it if it is a mount"
               : errno_words(code)));
  return std::nullopt;
}

std::optional<std::string> read_state_file(const std::string& folder, const std::string& name) {
  const auto file = open_state_file(folder, name, O_RDONLY);
  if (!file) return std::nullopt;
  return read_all(*file, folder + "/" + name);
}

}  // namespace lockstep::net
