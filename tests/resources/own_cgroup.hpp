#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "07-cgroup/folder.hpp"
#include "07-cgroup/tree.hpp"
#include "common/os/files.hpp"
#include "tests/support/doctest.hpp"

namespace lockstep::cgroup {

/// A new cgroup below this process's own in version 2's hierarchy, or (`controller`) in one of
/// version 1's; nothing if there is none, or no power over it.
class OwnCgroup {
 public:
  explicit OwnCgroup(const std::string& controller = "") {
    for (const Hierarchy& hierarchy : hierarchies()) {
      const bool wanted = controller.empty() ? hierarchy.is_v2() : hierarchy.name() == controller;
      if (!wanted) continue;
      path_ = *hierarchy.folder(hierarchy.own) + "/lockstep-test-of-resources." +
              std::to_string(::getpid());
      if (::mkdir(path_.c_str(), 0755) != 0) return;
      folders_.emplace();
      folders_->add(Folder(hierarchy, path_, sys::open(path_, O_RDONLY | O_DIRECTORY)));
    }
  }
  ~OwnCgroup() {
    for (int i = 0; folders_ && i < 1'000 && ::rmdir(path_.c_str()) != 0; ++i) ::usleep(1'000);
  }
  OwnCgroup(const OwnCgroup&) = delete;
  OwnCgroup& operator=(const OwnCgroup&) = delete;

  explicit operator bool() const { return folders_.has_value(); }
  const Folders& folders() const { return *folders_; }
  const Folder& folder() const { return folders_->all().front(); }

 private:
  std::string path_;
  std::optional<Folders> folders_;
};

}  // namespace lockstep::cgroup
