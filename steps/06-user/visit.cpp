#include "06-user/visit.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep::usr {

void in_mounts_of(const Child& child, const std::function<void()>& body) {
  const Fd own = sys::open("/proc/self/ns/mnt", O_RDONLY);
  const Fd here = sys::open(".", O_PATH | O_DIRECTORY);
  const auto come_back = [&] {
    sys::join_namespace(own, CLONE_NEWNS, "back to the host's mounts");
    sys::change_directory(here, ".", "setns(2) has taken it to the root");
  };
  sys::join_namespaces(child.pidfd(), child.pid(), CLONE_NEWNS,
                       "the child's list of mounts, with the host's power to walk to any of them");
  try {
    body();
  } catch (...) {
    come_back();
    throw;
  }
  come_back();
}

bool can_visit() {
  const Fd own = sys::open("/proc/self/ns/mnt", O_RDONLY);
  const Fd owner(::ioctl(own.get(), NS_GET_USERNS));  // EPERM: it is none of ours
  return static_cast<bool>(owner);
}

}  // namespace lockstep::usr
