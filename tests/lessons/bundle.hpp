#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/lessons/step.hpp"

/// Containers that are made of a bundle, and live in four stages.
namespace lockstep::lessons {

/// What `state` says, in the OCI's form.
struct OciState {
  std::string version;
  std::string id;
  std::string status;
  pid_t pid = 0;
  std::string bundle;
};
/// Throws Mismatch if it is something else, or if the command fails.
OciState state_of(Step& step, const std::string& id);

/// A folder with a config.json: what the program's own `spec` writes, for `sh -c SCRIPT` on the
/// grader's rootfs, without a terminal.
class BundleFolder {
 public:
  /// `pids_limit` becomes its `linux.resources.pids.limit`; 0: none.
  BundleFolder(Step& step, const std::string& script, int pids_limit = 0);

  const std::string& path() const { return path_; }
  /// Sets `process.args`, `root.path`.
  void set_args(const std::vector<std::string>& args) const;
  void set_root(const std::string& path) const;

 private:
  std::string path_;
};

/// A container that was created of such a bundle; deleted, by force, at the end.
class CreatedContainer {
 public:
  /// Throws Mismatch if `create` fails. With `pids_limit` that is in its bundle.
  CreatedContainer(Step& step, const std::string& script, int pids_limit = 0);
  CreatedContainer(const CreatedContainer&) = delete;
  CreatedContainer& operator=(const CreatedContainer&) = delete;
  ~CreatedContainer();

  const std::string& id() const { return id_; }
  const std::string& typed() const { return typed_; }
  const BundleFolder& bundle() const { return bundle_; }
  /// What its program has printed so far: to the standard output that `create` had.
  std::string printed() const { return runtime_.out(); }
  /// Throws Mismatch unless `state` says `status`, now or soon.
  void expect(const std::string& status) const;

 private:
  Step& step_;
  BundleFolder bundle_;
  std::string id_;
  std::vector<std::string> words_;
  Process runtime_;
  std::string typed_;
};

}  // namespace lockstep::lessons
