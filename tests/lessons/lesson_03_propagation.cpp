// Lesson 03's details: what is mounted below a volume, before or later.

#include <sys/mount.h>

#include "common/os/error.hpp"
#include "common/os/mounts.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/host_folder.hpp"
#include "tests/lessons/lesson_03.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kReadOnly{kSee, "mount_setattr(2), AT_RECURSIVE"};
constexpr Reading kPropagation{kIdea, "mount_namespaces(7), \"Shared subtrees\""};
constexpr const char* kVolume = "/lesson-check/volume";

/// A tmpfs of the host's within a folder that is shown as a volume.
class MountBelow {
 public:
  MountBelow(Step& step, const HostFolder& folder) : path_(folder.path() + "/below") {
    if (!step.sandbox().own_namespaces) throw CannotTell("only root can mount on the host");
    std::filesystem::create_directory(path_);
  }
  MountBelow(const MountBelow&) = delete;
  MountBelow& operator=(const MountBelow&) = delete;
  ~MountBelow() { ::umount2(path_.c_str(), MNT_DETACH); }

  void mount() const {
    sys::mount("tmpfs", path_, "tmpfs", 0, "mode=777");
    std::ofstream(path_ + "/late") << "mounted on the host\n";
    std::filesystem::permissions(path_ + "/late", std::filesystem::perms(0666));
  }

 private:
  std::string path_;
};

void is_read_only_all_the_way_down(Step& step) {
  const HostFolder folder(step);
  const MountBelow below(step, folder);
  below.mount();
  const std::vector<std::string> options = {"--volume", folder.path() + ":" + kVolume + ":ro"};
  step.run(options, "cat /lesson-check/volume/below/late").prints("mounted on the host\n");
  step.run(options, "echo no > /lesson-check/volume/below/late").meets_read_only();
}

/// What a container that runs already sees of a mount that the host makes in its volume.
Outcome sees_of_a_later_mount(Step& step, const std::string& option) {
  const HostFolder folder(step);
  const MountBelow below(step, folder);
  const std::string look =
      "while ! test -e /lesson-check/volume/go; do sleep 0.02; done; cat "
      "/lesson-check/volume/below/late";
  Container container(step, Mode::kForeground, {"--volume", folder.path() + ":" + kVolume + option},
                      "echo ready; " + look);
  below.mount();
  folder.write("go", "");
  container.runtime().wait();
  return {container.typed(), container.runtime().status(), container.runtime().out(),
          container.runtime().err()};
}

void hears_of_later_mounts(Step& step) {
  sees_of_a_later_mount(step, ":rslave").prints("ready\nmounted on the host\n");
}

void hears_nothing_by_default(Step& step) {
  const Outcome outcome = sees_of_a_later_mount(step, "");
  outcome.expect(outcome.out == "ready\n" && outcome.status == 1,
                 "no such file: what the host mounts later stays outside");
}

}  // namespace

std::vector<Check> propagation_checks() {
  return {
      detail(":ro holds for what is mounted below it, too", {"--volume"}, kReadOnly,
             is_read_only_all_the_way_down),
      detail(":rslave: what the host mounts there later appears", {"--volume"}, kPropagation,
             hears_of_later_mounts),
      detail("without it, what the host mounts there later doesn't", {"--volume"}, kPropagation,
             hears_nothing_by_default),
  };
}

}  // namespace lockstep::lessons
