#pragma once

#include <string>
#include <vector>

/// A page's machine has cgroups of its own: one in each hierarchy, below the caller's, which in there
/// looks like the root of all. So what a page limits, or leaves, is nobody else's.
namespace lockstep::docs {

class Cgroups {
 public:
  /// On the host: makes them, where they can be made. In version 2 a cgroup with processes can't
  /// hand controllers on, so there they lie below the nearest one above that can.
  Cgroups();
  Cgroups(const Cgroups&) = delete;
  Cgroups& operator=(const Cgroups&) = delete;
  /// Removes them, and what was left in them. Order: when the page's processes have ended.
  ~Cgroups();

  /// The page's process 1 goes there, and sees nothing above from now on. Throws SysError.
  void enter() const;
  /// In its mount namespace: shows them in /sys/fs/cgroup, writable, and none of the others.
  void show() const;

 private:
  struct Own {
    std::string mount;   // of the hierarchy
    std::string folder;  // the page's cgroup in it
    bool is_v2 = false;
  };

  bool has_v2_only() const { return all_.size() == 1 && all_[0].is_v2; }

  std::vector<Own> all_;
};

}  // namespace lockstep::docs
