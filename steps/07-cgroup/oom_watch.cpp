// Being told of the kernel's OOM killer.
#include "07-cgroup/oom_watch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "07-cgroup/counters/counters.hpp"
#include "07-cgroup/event_control.hpp"
#include "common/os/watch.hpp"

namespace lockstep::cgroup {
namespace {

constexpr int kTries =
    200;  // the cgroup above may be the one without memory: then none in here ends

}  // namespace

OomWatch::OomWatch(const Folders& folders) : folders_(folders) {
  const Folder* const folder = folders.find("memory");
  if (folder == nullptr) return;
  v2_ = folder->is_v2();
  fd_ = v2_ ? folder->open_to_read("memory.events") : event_of(*folder, "memory.oom_control", "");
  kills_ = oom_kills(folders).value_or(0);
  if (v2_) drain();  // what a reader hasn't read yet it isn't told of
}

short OomWatch::events() const { return v2_ ? POLLPRI : POLLIN; }

/// How many events version 1 has told of. Version 2's file counts as unchanged when it has been read;
/// when it is gone poll would tell so for ever.
uint64_t OomWatch::drain() {
  if (!fd_) return 0;
  if (!v2_) return sys::take_events(fd_);
  std::array<char, 512> text{};
  if (::pread(fd_.get(), text.data(), text.size(), 0) < 0 && errno == ENODEV) fd_.reset();
  return 0;
}

bool OomWatch::struck() {
  const uint64_t told = drain();
  const auto kills = oom_kills(folders_);
  // The cgroup was removed meanwhile, of which an eventfd is told as well.
  if (!kills) return told > 1;
  if (*kills > kills_) {
    kills_ = *kills;
    tries_ = 0;
    return true;
  }
  if (told > 0)
    tries_ = kTries;
  else if (tries_ > 0)
    --tries_;
  return false;
}

}  // namespace lockstep::cgroup
