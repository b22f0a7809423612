// Lesson 03's details: a rootfs is somebody else's work, and may lead elsewhere.

#include "common/os/error.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/host_folder.hpp"
#include "tests/lessons/lesson_03.hpp"
#include "tests/lessons/rootfs.hpp"

namespace fs = std::filesystem;

namespace lockstep::lessons {
namespace {

constexpr Reading kHostile{kReal, "path_resolution(7); openat2(2), RESOLVE_IN_ROOT"};

bool is_empty(const HostFolder& folder) { return fs::is_empty(folder.path()); }

/// A link in the rootfs that on the host leads out of it.
class Link {
 public:
  Link(const Step& step, const std::string& target)
      : path_(step.rootfs() + "/lesson-check/way-out") {
    fs::create_symlink(target, path_);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }

 private:
  fs::path path_;
};

void follows_links_inside_only(Step& step) {
  const HostFolder volume(step);
  const HostFolder outside(step);
  volume.write("letter", "from the host\n");
  const Link link(step, outside.path());
  // Inside the link leads to a folder that isn't there: the volume appears behind it, or is
  // refused.
  const Outcome outcome = step.run({"--volume", volume.path() + ":/lesson-check/way-out/deep"},
                                   "cat /lesson-check/way-out/deep/letter");
  std::error_code ignored;
  fs::remove_all(step.rootfs() + outside.path(), ignored);
  outcome.expect(is_empty(outside), "nothing is made in the host's folder to which the link leads");
  outcome.expect(outcome.status != 0 || outcome.out == "from the host\n",
                 "the volume, behind the link inside");
}

void makes_no_directory_outside(Step& step) {
  const HostFolder outside(step);
  const Link link(step, outside.path());
  const Outcome outcome = step.run({"--workdir", "/lesson-check/way-out/made"}, "pwd");
  std::error_code ignored;
  fs::remove_all(step.rootfs() + outside.path(), ignored);
  outcome.expect(is_empty(outside), "nothing is made in the host's folder to which the link leads");
}

/// A rootfs of its own for a check that spoils it.
class SpoiltRootfs {
 public:
  explicit SpoiltRootfs(Step& step) : folder_(step), path_(folder_.path() + "/rootfs") {
    make_rootfs(path_);
  }
  std::string operator/(const std::string& file) const { return path_ + "/" + file; }
  std::vector<std::string> options() const { return {"--rootfs", path_}; }

 private:
  HostFolder folder_;
  std::string path_;
};

void survives_a_link_at_dev(Step& step) {
  const HostFolder outside(step);
  const SpoiltRootfs rootfs(step);
  fs::remove(rootfs / "dev");
  fs::create_symlink(outside.path(), rootfs / "dev");
  const Outcome outcome = step.run(rootfs.options(), "true");
  outcome.expect(is_empty(outside),
                 "no device is made in the host's folder to which the rootfs's /dev leads");
}

void refuses_a_proc_elsewhere(Step& step) {
  for (const bool link : {true, false}) {
    const SpoiltRootfs rootfs(step);
    fs::remove(rootfs / "proc");
    if (link) fs::create_symlink("tmp", rootfs / "proc");
    if (!link) std::ofstream(rootfs / "proc") << "no folder\n";
    step.run(rootfs.options(), "echo it ran").refuses("/proc");
  }
}

void names_a_missing_rootfs(Step& step) {
  const std::string missing = step.sandbox().folder + "/missing";
  step.run({"--rootfs", missing}, "echo it ran").refuses(missing);
}

}  // namespace

std::vector<Check> hostile_checks() {
  return {
      detail("a link in the rootfs leads no volume out of it", {"--volume"}, kHostile,
             follows_links_inside_only),
      detail("a link in the rootfs leads no --workdir out of it", {"--workdir"}, kHostile,
             makes_no_directory_outside),
      detail("a /dev that is a link leads no device out of it", {}, kHostile,
             survives_a_link_at_dev),
      detail("a /proc that is a link or a file is refused", {}, kHostile, refuses_a_proc_elsewhere),
      detail("a rootfs that isn't there: its name in the error", {}, {kSee, "pivot_root(2)"},
             names_a_missing_rootfs),
  };
}

}  // namespace lockstep::lessons
