// Lesson 03's details: volumes, tmpfs, the read-only root.

#include <sys/mount.h>

#include "common/os/error.hpp"
#include "common/os/mounts.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/host_folder.hpp"
#include "tests/lessons/lesson_03.hpp"

namespace lockstep::lessons {
namespace {

constexpr Part kPart = Part::kDetail;
constexpr Reading kVolumes{kSee, "the runtime-spec's config.md, \"Mounts\""};
constexpr Reading kReadOnly{kSee, "mount_setattr(2), MOUNT_ATTR_RDONLY"};
constexpr Reading kPropagation{kIdea, "mount_namespaces(7), \"Shared subtrees\""};
constexpr const char* kVolume = "/lesson-check/volume";

void expect_read_only(const Outcome& outcome) {
  outcome.expect(outcome.status != 0 && contains(outcome.err, "Read-only file system"), "Read-only file system");
}

void shows_a_folder(Step& step) {
  const HostFolder folder(step);
  folder.write("letter", "from the host\n");
  const Outcome outcome = step.run({"--volume", folder.path() + ":" + kVolume},
                                   "cd /lesson-check/volume; cat letter; echo from inside > answer");
  outcome.prints("from the host\n");
  outcome.expect(folder.read("answer") == "from inside\n", "on the host, too, the file that it wrote");
}

void shows_a_file(Step& step) {
  const HostFolder folder(step);
  folder.write("letter", "from the host\n");
  const std::string target = "/lesson-check/tmpfs/../letter-box";
  step.run({"--volume", folder.path() + "/letter:/lesson-check/letter-box"}, "cat /lesson-check/letter-box")
      .prints("from the host\n");
}

void shows_read_only(Step& step) {
  const HostFolder folder(step);
  folder.write("letter", "from the host\n");
  const std::vector<std::string> options = {"--volume", folder.path() + ":" + kVolume + ":ro"};
  step.run(options, "cat /lesson-check/volume/letter").prints("from the host\n");
  expect_read_only(step.run(options, "echo no > /lesson-check/volume/letter"));
  expect_read_only(step.run(options, "mkdir /lesson-check/volume/new"));
}

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
  expect_read_only(step.run(options, "echo no > /lesson-check/volume/below/late"));
}

/// What a container that runs already sees of a mount that the host makes in its volume.
Outcome sees_of_a_later_mount(Step& step, const std::string& option) {
  const HostFolder folder(step);
  const MountBelow below(step, folder);
  const std::string look = "while ! test -e /lesson-check/volume/go; do sleep 0.02; done; cat /lesson-check/volume/below/late";
  Container container(step, Mode::kForeground, {"--volume", folder.path() + ":" + kVolume + option},
                      "echo ready; " + look);
  below.mount();
  folder.write("go", "");
  container.runtime().wait();
  return {container.typed(), container.runtime().status(), container.runtime().out(), container.runtime().err()};
}

void hears_of_later_mounts(Step& step) {
  sees_of_a_later_mount(step, ":rslave").prints("ready\nmounted on the host\n");
}

void hears_nothing_by_default(Step& step) {
  const Outcome outcome = sees_of_a_later_mount(step, "");
  outcome.expect(outcome.out == "ready\n" && outcome.status == 1, "no such file: what the host mounts later stays outside");
}

void obeys_noexec(Step& step) {
  const HostFolder folder(step);
  folder.write("script", "#!/bin/sh\necho it ran\n");
  std::filesystem::permissions(folder.path() + "/script", std::filesystem::perms(0755));
  const std::string script = "/lesson-check/volume/script";
  step.run({"--volume", folder.path() + ":" + kVolume}, script).prints("it ran\n");
  const Outcome outcome = step.run({"--volume", folder.path() + ":" + kVolume + ":noexec"}, script);
  outcome.expect(outcome.status == 126 && outcome.out.empty(), "Permission denied");
}

void takes_the_long_form(Step& step) {
  const HostFolder folder(step);
  folder.write("letter", "from the host\n");
  const std::vector<std::string> options = {"--mount", fmt::format("type=bind,source={},target={},readonly", folder.path(), kVolume)};
  step.run(options, "cat /lesson-check/volume/letter").prints("from the host\n");
  expect_read_only(step.run(options, "mkdir /lesson-check/volume/new"));
}

void refuses_a_missing_source(Step& step) {
  const std::string missing = step.sandbox().folder + "/missing";
  step.run({"--volume", missing + ":" + kVolume}, "echo it ran").refuses(missing);
}

void mounts_memory(Step& step) {
  const std::string look = "grep ' /lesson-check/tmpfs tmpfs ' /proc/mounts && echo text > /lesson-check/tmpfs/file";
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"--tmpfs", "/lesson-check/tmpfs:size=1m"},
        std::vector<std::string>{"--mount", "type=tmpfs,target=/lesson-check/tmpfs,tmpfs-size=1m"}}) {
    if (!step.knows(options[0])) continue;
    const Outcome outcome = step.run(options, look).exits(0);
    outcome.expect(contains(outcome.out, "size=1024k"), "a tmpfs of 1024k on /lesson-check/tmpfs");
  }
  const bool left = std::filesystem::exists(step.rootfs() + "/lesson-check/tmpfs/file");
  if (left) throw Mismatch("", "what is written there is gone with the container", "it is in the rootfs");
}

void protects_its_root(Step& step) {
  for (const char* path : {"/new", "/lesson-check/new", "/etc/new"}) {
    expect_read_only(step.run({"--read-only"}, fmt::format("echo no > {}", path)));
  }
  step.run({"--read-only", "--tmpfs", "/lesson-check/tmpfs"},
           "echo yes > /lesson-check/tmpfs/a && echo yes > /dev/shm/a && cat /lesson-check/tmpfs/a").prints("yes\n");
}

}  // namespace

std::vector<Check> volume_checks() {
  return {
      {kPart, "--volume shows a folder of the host's", {"--volume"}, kVolumes, shows_a_folder},
      {kPart, "--volume shows a single file", {"--volume"}, kVolumes, shows_a_file},
      {kPart, "--volume with :ro can't be written", {"--volume"}, kReadOnly, shows_read_only},
      {kPart, ":ro holds for what is mounted below it, too", {"--volume"}, kReadOnly, is_read_only_all_the_way_down},
      {kPart, ":rslave: what the host mounts there later appears", {"--volume"}, kPropagation, hears_of_later_mounts},
      {kPart, "without it, what the host mounts there later doesn't", {"--volume"}, kPropagation, hears_nothing_by_default},
      {kPart, ":noexec keeps its programs from being executed", {"--volume"}, kVolumes, obeys_noexec},
      {kPart, "a volume's source that isn't there: its name in the error", {"--volume"}, kVolumes, refuses_a_missing_source},
      {kPart, "--mount type=bind does the same in full", {"--mount"}, kVolumes, takes_the_long_form},
      {kPart, "--tmpfs is memory, of the size that was asked for", {"--tmpfs"}, kVolumes, mounts_memory},
      {kPart, "--read-only protects the rootfs, and only that", {"--read-only", "--tmpfs"}, kReadOnly, protects_its_root},
  };
}

}  // namespace lockstep::lessons
