// What lesson 09 promises: fewer doors to the kernel.

#include "common/os/error.hpp"
#include "tests/lessons/check.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/host_folder.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kFilter{kLines, "seccomp(2)"};
constexpr Reading kDoors{kAttack, "user_namespaces(7), \"Capabilities\""};
constexpr Reading kProfiles{kSee, "the runtime-spec's config-linux.md, \"Seccomp\""};
constexpr Reading kEngines{kReal, "the runtime-spec's features.md"};

constexpr const char* kHasFilter = "grep ^Seccomp: /proc/self/status | cut -f 2";

/// A profile that allows all but mkdir, which fails with EXDEV: an errno that nothing else explains.
constexpr const char* kNoFolders = R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 18}]})";
constexpr const char* kMakeFolder = "mkdir /tmp/lesson-check-folder 2>&1; true";

void has_a_filter(Step& step) { step.run({}, kHasFilter).prints("2\n"); }

void makes_no_users(Step& step) {
  const Outcome outcome = step.run({}, "unshare -U true 2> /dev/null && echo it can; true");
  outcome.expect(outcome.status == 0 && outcome.out.empty(),
                 "unshare(CLONE_NEWUSER) fails: there it would have every capability again");
}

void does_its_work(Step& step) {
  step.run({},
           "cd /tmp && echo text > lesson-check-1 && mv lesson-check-1 lesson-check-2 && "
           "chmod 700 lesson-check-2 && cat lesson-check-2 | cat && rm lesson-check-2; "
           "(sleep 0.01 & wait; exit 3) || echo $?")
      .prints("text\n3\n");
}

void can_be_unconfined(Step& step) {
  step.run({"--security-opt", "seccomp=unconfined"}, kHasFilter).prints("0\n");
}

void takes_a_profile(Step& step) {
  const HostFolder folder(step);
  folder.write("profile.json", kNoFolders);
  const std::string option = "seccomp=" + folder.path() + "/profile.json";
  step.run({"--security-opt", option}, kMakeFolder).mentions("nvalid cross-device link");
}

void execs_under_the_filter(Step& step) {
  const Container container(step, Mode::kDetached);
  step.call({"exec", container.id(), "sh", "-c", kHasFilter}).prints("2\n");
}

void refuses_nonsense(Step& step) {
  const HostFolder folder(step);
  folder.write("profile.json", R"({"defaultAction": "PERHAPS"})");
  step.run({"--security-opt", "seccomp=" + folder.path() + "/profile.json"}, "echo it ran")
      .refuses("PERHAPS");
  step.run({"--security-opt", "seccomp=/no/such/profile"}, "echo it ran")
      .refuses("/no/such/profile");
}

void tells_what_it_can(Step& step) {
  const Outcome outcome = step.call({"features"}).exits(0);
  for (const char* part : {"\"ociVersionMin\"", "\"ociVersionMax\"", "\"mountOptions\"",
                           "\"SCMP_ACT_ERRNO\"", "\"SCMP_CMP_MASKED_EQ\""})
    outcome.expect(contains(outcome.out, part), fmt::format("JSON with {}", part));
}

}  // namespace

Lesson lesson_09() {
  Lesson lesson{"09", "09-seccomp", {"run", "--rootfs"}, {}};
  lesson.checks = {
      core("its programs are under a filter", {"run", "--rootfs"}, kFilter, has_a_filter),
      core("no user namespace can be made inside", {}, kDoors, makes_no_users),
      core("a shell does its work as before", {}, kFilter, does_its_work),
      core("--security-opt seccomp=unconfined: no filter", {"--security-opt"}, kFilter,
           can_be_unconfined),
      core("--security-opt seccomp=FILE: that profile", {"--security-opt"}, kProfiles,
           takes_a_profile),
      core("exec is under the container's filter", {"exec", "--detach", "--id"}, kFilter,
           execs_under_the_filter),
      detail("a profile that is none: refused, and what is wrong with it", {"--security-opt"},
             kProfiles, refuses_nonsense),
      detail("features: what it can do, for engines", {"features"}, kEngines, tells_what_it_can),
  };
  return lesson;
}

}  // namespace lockstep::lessons
