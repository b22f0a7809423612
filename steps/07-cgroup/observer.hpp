#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "07-cgroup/stats.hpp"
#include "07-cgroup/watched.hpp"

/// Lesson 07: containers that are measured again and again, until they end.
namespace lockstep::cgroup {

class Observer {
 public:
  /// Of the containers with these IDs; without any, of all that run, also those that come later.
  /// Throws Error if one that is named isn't there, has ended, or has no cgroup of its own.
  explicit Observer(const std::vector<std::string>& ids);

  /// Measures all of them once more. Those that have ended are left out.
  void measure();
  /// What the last two times told.
  std::vector<Stats> stats() const;
  /// Whether any was still there.
  bool has_any() const { return !subjects_.empty(); }

 private:
  struct Subject {
    Watched container;
    std::optional<Sample> before;
    std::optional<Sample> now;
  };
  void add_new_ones();
  void add(Watched container);

  bool all_;
  uint64_t machine_memory_;
  std::map<std::string, Subject> subjects_;
  std::set<std::string> told_;  // of whom it was said what isn't counted
};

}  // namespace lockstep::cgroup
