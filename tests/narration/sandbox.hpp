#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/temp_dir.hpp"

namespace lockstep::narration {

enum class User : uint8_t { kRoot, kSomebody };

/// What a command did.
struct Outcome {
  int status = 0;  // as a shell shows it
  std::string out;
  std::string err;
};

/// A folder with the steps, a rootfs and a place for state files, which an ordinary user can use,
/// too.
class Sandbox {
 public:
  explicit Sandbox(User user = User::kRoot);
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  /// Deletes the containers that a failed test has left.
  ~Sandbox();

  std::string operator/(const std::string& name) const { return folder_ / name; }
  std::string rootfs() const { return folder_ / "rootfs"; }
  std::string state() const { return folder_ / "state"; }
  std::string step(const std::string& name) const { return folder_ / ("bin/" + name); }
  std::string without() const { return folder_ / "bin/without-helper"; }

  /// Runs the words as the sandbox's user, with nothing to read, and waits for its end; or, if it
  /// goes on when `enough` says so, sends it SIGTERM soon afterwards.
  Outcome run(
      const std::vector<std::string>& words,
      const std::function<bool()>& enough = [] { return false; }) const;

 private:
  testing::TempDir folder_;
  User user_;
};

/// Why the tests of a kind can't run on this machine; "" if they can.
std::string why_not(User user);

/// Whether the steps are static, as they are but for a sanitizer's build: only then can they be PID
/// 1 in a rootfs without libraries.
bool steps_are_static();

/// The first program of that name on the PATH; "" if there is none.
std::string find_on_path(const std::string& name);

}  // namespace lockstep::narration
