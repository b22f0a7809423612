#include "09-seccomp/engine/own_program.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/os/error.hpp"
#include "common/os/fd.hpp"
#include "common/os/mounts.hpp"

namespace lockstep::engine {
namespace {

constexpr const char* kSelf = "/proc/self/exe";
constexpr unsigned kAllSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

/// Whether the command makes or enters a container that may have no users of its own. `run` without a
/// bundle has, unless it is told otherwise.
bool may_share_root(int argc, char** argv) {
  bool runs = false;
  bool shares = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "create" || word == "exec" || word == "restore") return true;
    runs = runs || word == "run";
    shares = shares || word == "-b" || word == "-f" || word.starts_with("--bundle") ||
             word.starts_with("--config") || word.starts_with("--userns") || word == "--privileged";
  }
  return runs && shares;
}

/// On a read-only mount, or sealed: the second start, or one that needs none.
bool cant_be_written(const Fd& self) {
  struct statvfs status {};
  if (::fstatvfs(self.get(), &status) == 0 && (status.f_flag & ST_RDONLY) != 0) return true;
  const int seals = ::fcntl(self.get(), F_GET_SEALS);
  return seals >= 0 && (static_cast<unsigned>(seals) & F_SEAL_WRITE) != 0;
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool is_same_file(const Fd& one, const Fd& other) {
  struct stat first {};
  struct stat second {};
  return ::fstat(one.get(), &first) == 0 && ::fstat(other.get(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/// By its name, for /proc/self/exe itself is a link that no mount is made of. None where the kernel or
/// the caller's powers don't have it, or where the name means another file by now.
Fd read_only_mount(const Fd& self) {
  std::array<char, PATH_MAX> path{};
  if (!sys::has_mount_api() || ::readlink(kSelf, path.data(), path.size() - 1) < 0) return {};
  try {
    Fd tree = sys::clone_tree(path.data(), false, "");
    if (!is_same_file(tree, self)) return {};
    sys::set_mount_attributes({tree, kSelf}, {MOUNT_ATTR_RDONLY, 0, 0, false}, "");
    return tree;
  } catch (const SysError&) {
    return {};  // then the copy has to do
  }
}

Fd sealed_copy(const Fd& self) {
  Fd copy(::memfd_create("lockstep", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  struct stat status {};
  if (!copy || ::fstat(self.get(), &status) != 0) return {};
  for (off_t left = status.st_size; left > 0;) {
    const ssize_t sent = ::sendfile(copy.get(), self.get(), nullptr, static_cast<size_t>(left));
    if (sent <= 0) return {};
    left -= sent;
  }
  if (::fcntl(copy.get(), F_ADD_SEALS, kAllSeals) != 0) return {};
  return copy;
}

}  // namespace

void guard_own_program(int argc, char** argv) {
  if (::geteuid() != 0 || !may_share_root(argc, argv)) return;
  const Fd self(::open(kSelf, O_RDONLY | O_CLOEXEC));
  if (!self) return;
  if (cant_be_written(self)) {
    ::prctl(PR_SET_NAME, name_of(argv[0]).c_str());  // after execveat it is a descriptor's number
    return;
  }
  Fd guarded = read_only_mount(self);
  if (!guarded) guarded = sealed_copy(self);
  if (guarded) ::syscall(SYS_execveat, guarded.get(), "", argv, environ, AT_EMPTY_PATH);
  const SysError error(errno, "this program can't be started from a file that no container writes");
  std::fprintf(stderr, "%s: %s\n", name_of(argv[0]).c_str(), error.what());
  std::exit(1);
}

}  // namespace lockstep::engine
