// Lesson 03's details: volumes.

#include "common/os/error.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/host_folder.hpp"
#include "tests/lessons/lesson_03.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kVolumes{kSee, "the runtime-spec's config.md, \"Mounts\""};
constexpr Reading kReadOnly{kSee, "mount_setattr(2), MOUNT_ATTR_RDONLY"};
constexpr const char* kVolume = "/lesson-check/volume";

void shows_a_folder(Step& step) {
  const HostFolder folder(step);
  folder.write("letter", "from the host\n");
  const Outcome outcome =
      step.run({"--volume", folder.path() + ":" + kVolume},
               "cd /lesson-check/volume; cat letter; echo from inside > answer");
  outcome.prints("from the host\n");
  outcome.expect(folder.read("answer") == "from inside\n",
                 "on the host, too, the file that it wrote");
}

void shows_a_file(Step& step) {
  const HostFolder folder(step);
  folder.write("letter", "from the host\n");
  step.run({"--volume", folder.path() + "/letter:/lesson-check/letter-box"},
           "cat /lesson-check/letter-box")
      .prints("from the host\n");
}

void shows_read_only(Step& step) {
  const HostFolder folder(step);
  folder.write("letter", "from the host\n");
  const std::vector<std::string> options = {"--volume", folder.path() + ":" + kVolume + ":ro"};
  step.run(options, "cat /lesson-check/volume/letter").prints("from the host\n");
  step.run(options, "echo no > /lesson-check/volume/letter").meets_read_only();
  step.run(options, "mkdir /lesson-check/volume/new").meets_read_only();
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
  const std::vector<std::string> options = {
      "--mount", fmt::format("type=bind,source={},target={},readonly", folder.path(), kVolume)};
  step.run(options, "cat /lesson-check/volume/letter").prints("from the host\n");
  step.run(options, "mkdir /lesson-check/volume/new").meets_read_only();
}

void refuses_a_missing_source(Step& step) {
  const std::string missing = step.sandbox().folder + "/missing";
  step.run({"--volume", missing + ":" + kVolume}, "echo it ran").refuses(missing);
}

}  // namespace

std::vector<Check> volume_checks() {
  return {
      detail("--volume shows a folder of the host's", {"--volume"}, kVolumes, shows_a_folder),
      detail("--volume shows a single file", {"--volume"}, kVolumes, shows_a_file),
      detail("--volume with :ro can't be written", {"--volume"}, kReadOnly, shows_read_only),
      detail(":noexec keeps its programs from being executed", {"--volume"}, kVolumes,
             obeys_noexec),
      detail("a volume's source that isn't there: its name in the error", {"--volume"}, kVolumes,
             refuses_a_missing_source),
      detail("--mount type=bind does the same in full", {"--mount"}, kVolumes, takes_the_long_form),
  };
}

}  // namespace lockstep::lessons
