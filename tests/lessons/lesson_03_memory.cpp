// Lesson 03's details: tmpfs, and the read-only root.

#include <filesystem>

#include "common/os/error.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/lesson_03.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kMemory{kSee, "tmpfs(5); the runtime-spec's config.md, \"Mounts\""};
constexpr Reading kReadOnly{kSee, "mount_setattr(2), MOUNT_ATTR_RDONLY"};

void mounts_memory(Step& step) {
  const std::string look =
      "grep ' /lesson-check/tmpfs tmpfs ' /proc/mounts && echo text > /lesson-check/tmpfs/file";
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"--tmpfs", "/lesson-check/tmpfs:size=1m"},
        std::vector<std::string>{"--mount",
                                 "type=tmpfs,target=/lesson-check/tmpfs,tmpfs-size=1m"}}) {
    if (!step.knows(options[0])) continue;
    const Outcome outcome = step.run(options, look).exits(0);
    outcome.expect(contains(outcome.out, "size=1024k"), "a tmpfs of 1024k on /lesson-check/tmpfs");
    outcome.expect(!std::filesystem::exists(step.rootfs() + "/lesson-check/tmpfs/file"),
                   "what is written there is gone with the container, not in the rootfs");
  }
}

void protects_its_root(Step& step) {
  // Only in a folder that no host has: a program that ignores the option must do no harm.
  step.run({"--read-only"}, "echo no > /lesson-check/new").meets_read_only();
  step.run({"--read-only"}, "mkdir /lesson-check/new").meets_read_only();
  step.run({"--read-only", "--tmpfs", "/lesson-check/tmpfs"},
           "echo yes > /lesson-check/tmpfs/a && echo yes > /dev/shm/a && cat /lesson-check/tmpfs/a")
      .prints("yes\n");
}

}  // namespace

std::vector<Check> memory_checks() {
  return {
      detail("--tmpfs is memory, of the size that was asked for", {"--tmpfs"}, kMemory,
             mounts_memory),
      detail("--read-only protects the rootfs, and only that", {"--read-only", "--tmpfs"},
             kReadOnly, protects_its_root),
  };
}

}  // namespace lockstep::lessons
