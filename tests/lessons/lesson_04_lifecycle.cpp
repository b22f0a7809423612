// Lesson 04's details: creating → created → running → stopped.

#include "tests/lessons/lesson_04_lifecycle.hpp"

#include <csignal>
#include <filesystem>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/bundle.hpp"
#include "tests/lessons/listing.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kLife{kSee, "the runtime-spec's runtime.md, \"Lifecycle\""};
constexpr Reading kBundle{kSee, "the runtime-spec's bundle.md and config.md"};

void waits_for_start(Step& step) {
  const CreatedContainer container(step, kWaits);
  const OciState state = state_of(step, container.id());
  const bool waits = state.status == "created" && state.pid > 0 && proc::stat(state.pid) &&
                     container.printed().empty();
  if (!waits) {
    throw Mismatch(container.typed(),
                   "it comes back, and leaves a process that waits; the program hasn't run",
                   fmt::format("status {}, PID {}, printed {}", quoted(state.status), state.pid,
                               quoted(container.printed())));
  }
  const Outcome start = step.call({"start", container.id()}).exits(0);
  start.expect(eventually([&] { return container.printed() == "ready\n"; }),
               "now the program runs, and prints \"ready\" where create's standard output is");
  container.expect("running");
  start.expect(state_of(step, container.id()).pid == state.pid, "in the process that waited");
}

void is_stopped_and_forgotten(Step& step) {
  const CreatedContainer container(step, "exit 3");
  step.call({"start", container.id()}).exits(0);
  container.expect("stopped");
  step.call({"delete", container.id()}).exits(0);
  step.call({"state", container.id()}).refuses(container.id());
}

void tells_its_state(Step& step) {
  const CreatedContainer container(step, "true");
  const OciState state = state_of(step, container.id());
  const Outcome outcome = step.call({"state", container.id()});
  outcome.expect(state.id == container.id() && state.version.rfind("1.", 0) == 0,
                 "its ID, and a version 1.x of the runtime-spec");
  outcome.expect(std::filesystem::equivalent(state.bundle, container.bundle().path()),
                 "the bundle " + container.bundle().path());
}

void starts_only_once(Step& step) {
  const CreatedContainer container(step, kWaits);
  step.call({"start", container.id()}).exits(0);
  step.call({"start", container.id()}).refuses();
  container.expect("running");
  step.call({"delete", container.id()}).refuses(container.id());
  step.call({"kill", container.id(), "KILL"}).exits(0);
  container.expect("stopped");
  step.call({"start", container.id()}).refuses();
  container.expect("stopped");
}

void ends_before_start(Step& step) {
  for (const char* signal : {"TERM", "KILL"}) {
    const CreatedContainer container(step, "echo it ran");
    step.call({"kill", container.id(), signal}).exits(0);
    container.expect("stopped");
    step.call({"start", container.id()}).refuses();
    step.call({"delete", container.id()}).exits(0);
  }
}

void knows_what_is_missing(Step& step) {
  const BundleFolder bundle(step, "true");
  const std::string id = step.new_name();
  for (const char* program : {"no-such-program", "/no/such/program", "/proc"}) {
    bundle.set_args({program});
    step.call({"create", "--bundle", bundle.path(), id}).exits(1).refuses(program);
    step.call({"state", id}).refuses(id);
  }
}

void keeps_others_out(Step& step) {
  const CreatedContainer container(step, "true");
  step.call({"start", container.id()}).exits(0);
  container.expect("stopped");
  step.call({"exec", container.id(), "true"}).refuses(container.id());
}

void takes_a_relative_root(Step& step) {
  const BundleFolder bundle(step, "echo found");
  bundle.set_root(std::filesystem::relative(step.rootfs(), bundle.path()).string());
  step.call({"run", "--bundle", bundle.path(), step.new_name()}).prints("found\n");
}

void refuses_a_broken_bundle(Step& step) {
  const BundleFolder bundle(step, "echo it ran");
  bundle.set_args({});
  step.call({"run", "--bundle", bundle.path(), step.new_name()}).refuses("process.args");
  bundle.set_args({"true"});
  bundle.set_root(bundle.path() + "/no-such-folder");
  step.call({"run", "--bundle", bundle.path(), step.new_name()}).refuses("no-such-folder");
}

void overwrites_nothing(Step& step) {
  const BundleFolder bundle(step, "echo mine");
  step.call({"spec", "--bundle", bundle.path()}).refuses("config.json");
  step.call({"run", "--bundle", bundle.path(), step.new_name()}).prints("mine\n");
}

void removes_itself(Step& step) {
  const std::string id = step.new_name();
  step.run({"--rm", "--id", id}, "exit 3").exits(3);
  step.call({"state", id}).refuses(id);
  const Outcome run = step.run({"--rm", "--detach", "--id", id}, kWaits).exits(0);
  run.expect(is_listed(step, id), "it is listed while it runs");
  step.call({"kill", id, "KILL"}).exits(0);
  run.expect(eventually([&] { return !is_listed(step, id); }), "it is gone when it has ended");
}

}  // namespace

std::vector<Check> lifecycle_checks() {
  const auto needs = [](std::vector<std::string> more) {
    more.insert(more.end(),
                {"spec", "spec --bundle", "create", "create --bundle", "start", "state"});
    return more;
  };
  return {
      detail("create leaves it before its program, start runs that", needs({}), kLife,
             waits_for_start),
      detail("it is stopped when its program has ended, and delete forgets it", needs({"delete"}),
             kLife, is_stopped_and_forgotten),
      detail("state prints what the runtime-spec asks for", needs({}),
             {kSee, "the runtime-spec's runtime.md, \"State\""}, tells_its_state),
      detail("start refuses what runs, and what has stopped", needs({"kill", "delete"}), kLife,
             starts_only_once),
      detail("kill ends one that was created and not started", needs({"kill", "delete"}), kLife,
             ends_before_start),
      detail("create says if there is no such program, and leaves nothing", needs({}), kLife,
             knows_what_is_missing),
      detail("a stopped container can't be entered", needs({"exec"}), kLife, keeps_others_out),
      detail("root.path is relative to the bundle", needs({"run --bundle"}), kBundle,
             takes_a_relative_root),
      detail("what is wrong in a config.json is named", needs({"run --bundle"}), kBundle,
             refuses_a_broken_bundle),
      detail("spec overwrites nothing", needs({"run --bundle"}), kBundle, overwrites_nothing),
      detail("--rm leaves nothing of it when it has ended",
             {"--rm", "--id", "--detach", "state", "list", "kill"},
             {kReal, "docker-run(1), \"--rm\""}, removes_itself),
  };
}

}  // namespace lockstep::lessons
