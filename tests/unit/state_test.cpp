#include "02-pid/state.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "common/os/child.hpp"
#include "common/os/proc.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/in_child.hpp"
#include "tests/unit/state_root.hpp"

using namespace lockstep;
using pid::Record;
using pid::State;
using pid::Status;
using testing::error_of;
using testing::StateRoot;
using testing::text;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

/// The record of a container whose first process is `pid`, now.
Record record_of(pid_t pid) {
  Record record;
  record.id = "box";
  record.status = Status::kRunning;
  record.pid = pid;
  record.start_time = proc::start_time(pid).value_or(0);
  return record;
}

/// What of a record comes back from its text.
Record read_back(const Record& record) { return pid::record_from_json(pid::to_json(record), "f"); }

}  // namespace

TEST_CASE("state: an ID is what can safely be a folder's name") {
  for (const std::string& id : {std::string("a"), std::string("A-z_0.9+x"), std::string("..."),
                                std::string("-"), std::string(200, 'x')}) {
    CAPTURE(id);
    CHECK(error_of([&] { pid::check_id(id); }) == "no error");
  }
  for (const std::string& id :
       {std::string(""), std::string("."), std::string(".."), std::string("a/b"), std::string("/"),
        std::string("a b"), std::string("ä"), std::string("a\n"), std::string("a\0b", 3),
        std::string(201, 'x'), std::string("a:b"), std::string("$x")}) {
    CAPTURE(id);
    CHECK(text(error_of([&] { pid::check_id(id); })) ==
          doctest::Contains(" is no container ID\nhint: an ID is 1 to 200 of the characters"));
  }
  CHECK(error_of([] { pid::check_id(std::string(100'000, 'x')); }).size() < 400);
}

TEST_CASE("state: random IDs are IDs, and differ") {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.insert(pid::random_id());
  CHECK(ids.size() == 100);
  for (const std::string& id : ids) {
    CHECK(id.size() == 12);
    CHECK(pid::is_id(id));
  }
}

TEST_CASE("state: making one claims the ID, for one only, in folders that only their owner reads") {
  const StateRoot root;
  State state = State::make("box", {});
  state.save();
  CHECK(mode_of(root.path()) == 0700);
  CHECK(mode_of(root / "box") == 0700);
  CHECK(mode_of(root / "box/state.json") == 0600);
  CHECK(error_of([] { State::make("box", {}); }) ==
        "container \"box\" exists already\nhint: choose another --id, or remove it with `delete "
        "box`");
  state.remove();
  CHECK_FALSE(fs::exists(root / "box"));
  CHECK(error_of([] { State::make("box", {}); }) == "no error");
}

TEST_CASE("state: of two runtimes that make the same container at once, one wins") {
  const StateRoot root;
  fs::create_directory(root.path());
  for (int round = 0; round < 20; ++round) {
    const std::string id = "box" + std::to_string(round);
    std::vector<Child> runtimes;
    runtimes.reserve(4);
    for (int i = 0; i < 4; ++i) {
      runtimes.push_back(Child::clone(
          0, [&] { ::_exit(error_of([&] { State::make(id, {}); }) == "no error" ? 0 : 1); }));
    }
    int winners = 0;
    for (Child& runtime : runtimes) winners += runtime.wait().shell_code() == 0 ? 1 : 0;
    CHECK(winners == 1);
  }
}

TEST_CASE("state: its text holds all of a record") {
  Record record = record_of(::getpid());
  record.created = "2026-11-21T20:51:11.000000001Z";
  record.owner = 1000;
  oci::Config config;
  config.hostname = "box\"{é}\\\"";
  config.process.args = {"sh", "-c", "echo \"é\"}\n"};
  config.annotations[oci::kInitAnnotation] = "true";
  record.config = pid::StoredConfig(config);
  record.bundle = "/b";
  record.notes = {{"pid-file", {{"path", "/x y"}}}, {"later", {}}};
  const Record read = read_back(record);
  CHECK(read.id == record.id);
  CHECK(read.status == record.status);
  CHECK(read.pid == record.pid);
  CHECK(read.start_time == record.start_time);
  CHECK(read.created == record.created);
  CHECK(read.owner == record.owner);
  CHECK(read.config->hostname == config.hostname);
  CHECK(read.config->process.args == config.process.args);
  CHECK(oci::annotated(*read.config, oci::kInitAnnotation));
  CHECK(read.config->id == "box");
  CHECK(read.config->bundle == "/b");
  CHECK(read.config.text() == record.config.text());
  REQUIRE(read.notes.size() == 2);
  CHECK(read.notes[0].kind == "pid-file");
  CHECK(read.notes[0].what.at("path") == "/x y");
  CHECK(read.notes[1].kind == "later");
}

TEST_CASE("state: a text that isn't ours is an error that names the file and the place") {
  const auto refusal = [](const std::string& json) {
    return error_of([&] { pid::record_from_json(json, "/run/x/state.json"); });
  };
  CHECK(text(refusal("")) == doctest::Contains("/run/x/state.json: line 1, column 1"));
  CHECK(text(refusal("[]")) == doctest::Contains("/run/x/state.json"));
  CHECK(text(refusal("{}")) == doctest::Contains("/run/x/state.json"));
  std::string good = pid::to_json(record_of(::getpid()));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = good;
    REQUIRE(changed.find(from) != std::string::npos);
    return changed.replace(changed.find(from), from.size(), to);
  };
  CHECK(refusal(good) == "no error");
  CHECK(text(refusal(with("\"running\"", "\"flying\""))) ==
        doctest::Contains(
            "/run/x/state.json: status: expected creating, created, running or paused"));
  CHECK(text(refusal(with("\"pid\":", "\"pid\":-"))) ==
        doctest::Contains("/run/x/state.json: pid:"));
  CHECK(text(refusal(with("\"startTime\":", "\"startTime\":\"x\",\"y\":"))) ==
        doctest::Contains("/run/x/state.json: startTime:"));
  const std::string column = fmt::format("line 1, column {}:", good.size());
  CHECK(text(refusal(good.substr(0, good.size() - 1) + ']')) == doctest::Contains(column.c_str()));
}

TEST_CASE(
    "state: a config is looked at when it is asked for; one that is none names the place then") {
  const std::string good = pid::to_json(record_of(::getpid()));
  const Record record = pid::record_from_json(
      R"({"config":{"ociVersion":7},)" + good.substr(good.find("\"created")), "/run/x/state.json");
  CHECK(record.pid == ::getpid());
  CHECK(text(error_of([&] { (void)*record.config; })) ==
        doctest::Contains("/run/x/state.json: config.ociVersion: expected a string"));
}

TEST_CASE("state: what is saved can be looked up, by anybody, at any moment") {
  const StateRoot root;
  CHECK_FALSE(pid::look_up("box"));
  CHECK(error_of([] { pid::find("box"); }) ==
        "container \"box\" does not exist\nhint: `list` shows those that do");
  State state = State::make("box", {});
  CHECK(pid::find("box").status == Status::kCreating);
  state.record.pid = 4711;
  state.record.status = Status::kRunning;
  CHECK(pid::find("box").pid == 0);
  state.save();
  CHECK(pid::find("box").pid == 4711);
  state.note({"pid-file", {{"path", "/x"}}});
  CHECK(pid::find("box").notes.size() == 1);  // a note is on the disk when note() returns
}

TEST_CASE("state: a runtime killed at once leaves a folder that is still creating") {
  const StateRoot root;
  fs::create_directories(root / "half");
  CHECK(pid::find("half").status == Status::kCreating);
  CHECK(pid::status_now(pid::find("half")) == Status::kCreating);
  std::ofstream(root / "half/.state.json.new") << "{\"id";
  State half = State::open("half");
  half.remove();
  CHECK_FALSE(fs::exists(root / "half"));
}

TEST_CASE("state: all IDs, sorted, and nothing that is none") {
  const StateRoot root;
  CHECK(pid::all_ids().empty());  // the folder isn't even there
  for (const char* name : {"b", "a", ".hidden", "not an id"}) fs::create_directories(root / name);
  CHECK(pid::all_ids() == std::vector<std::string>{".hidden", "a", "b"});
  const fs::path file = root.path() + "-file";
  std::ofstream(file) << "x";
  StateRoot::set(file);
  CHECK(text(error_of([] { pid::all_ids(); })) == doctest::Contains("Not a directory (ENOTDIR)"));
}

TEST_CASE("state: who opens one waits for who holds it, and sees what that one made of it") {
  const StateRoot root;
  Pipe ready = Pipe::make();
  Child holder = Child::clone(0, [&] {
    State state = State::make("box", {});
    write_all(ready.write_end, "x", "pipe");
    ::usleep(200'000);
    state.record.pid = 4711;
    state.save();
  });
  ready.write_end.reset();
  CHECK(read_all(ready.read_end, "pipe") == "x");
  CHECK(State::open("box").record.pid == 4711);
}

TEST_CASE("state: opening one that is deleted meanwhile says that there is none") {
  const StateRoot root;
  Pipe ready = Pipe::make();
  const Child holder = Child::clone(0, [&] {
    State state = State::make("box", {});
    write_all(ready.write_end, "x", "pipe");
    ready.write_end.reset();
    ::usleep(200'000);
    state.remove();
  });
  ready.write_end.reset();
  read_all(ready.read_end, "pipe");
  CHECK(text(error_of([] { State::open("box"); })) == doctest::Contains("\"box\" does not exist"));
}

TEST_CASE("state: while a container runs others may change it; taken back, it is as they left it") {
  const StateRoot root;
  State ours = State::make("box", {});
  ours.unlock();
  {
    State theirs = State::open("box");
    theirs.record.owner = 4711;
    theirs.save();
  }
  CHECK(ours.lock_again());
  CHECK(ours.record.owner == 4711);
  ours.unlock();
  State::open("box").remove();
  CHECK_FALSE(ours.lock_again());
}

TEST_CASE("state: a folder with something else in it is not removed") {
  const StateRoot root;
  State state = State::make("box", {});
  std::ofstream(root / "box/mine") << "x";
  CHECK(error_of([&] { state.remove(); }) == "rmdir(\"" + root.path() +
                                                 "/box\"): Directory not empty (ENOTEMPTY)\nhint: "
                                                 "something else was put there: remove it");
  CHECK(fs::exists(root / "box/mine"));
}

TEST_CASE("state: a process is found by PID and start time, so that no other can be meant") {
  Child child = Child::clone(0, [] { ::pause(); });
  Record record = record_of(child.pid());
  CHECK(pid::locate(record));
  CHECK(pid::status_now(record) == Status::kRunning);
  record.start_time -= 1;  // as if the number had been another process's before
  CHECK_FALSE(pid::locate(record));
  CHECK(pid::status_now(record) == Status::kStopped);
  record.pid = 0;
  CHECK_FALSE(pid::locate(record));
}

TEST_CASE("state: a process that has ended is not there, reaped or not") {
  Child child = Child::clone(0, [] {});
  const Record record = record_of(child.pid());
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT) == 0);
  CHECK_FALSE(pid::locate(record));
  CHECK(pid::status_now(record) == Status::kStopped);
  child.wait();
  CHECK_FALSE(pid::locate(record));
}

TEST_CASE("state: a folder that can't be made says so, with the way out") {
  StateRoot::set("/proc/no/such/place");
  CHECK(text(error_of([] { State::make("box", {}); })) == doctest::Contains("\"/proc/no\""));
  CHECK(text(error_of([] { State::make("box", {}); })) ==
        doctest::Contains("hint: choose another folder with --root"));
}
