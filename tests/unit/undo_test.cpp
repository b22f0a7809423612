#include "02-pid/undo.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/os/child.hpp"
#include "common/os/proc.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"
#include "tests/unit/state_root.hpp"

using namespace lockstep;
using pid::Record;
using pid::State;
using testing::error_of;
using testing::StateRoot;
namespace fs = std::filesystem;

namespace {

std::string content(const std::string& path) {
  return proc::read_file(path).value_or("(not there)");
}

std::string undone;  // by the undoer below

void remember(const Record&, const Note& note) { undone += note.what.at("name") + " "; }

}  // namespace

TEST_CASE("undo: the latest first, and then the container is forgotten") {
  const StateRoot root;
  State state = State::make("box", {});
  for (const char* name : {"first", "second", "third"}) state.note({"thing", {{"name", name}}});
  undone.clear();
  pid::remove(state, {{"thing", remember}});
  CHECK(undone == "third second first ");
  CHECK_FALSE(pid::look_up("box"));
}

TEST_CASE("undo: what this step doesn't know is a later step's: nothing is undone or forgotten") {
  const StateRoot root;
  State state = State::make("box", {});
  state.note({"thing", {{"name", "known"}}});
  state.note({"veth", {}});
  state.note({"thing", {{"name", "known"}}});
  undone.clear();
  CHECK(
      error_of([&] {
        pid::remove(state, {{"thing", remember}});
      }) ==
      "container \"box\" has a \"veth\" to be cleared, which this step doesn't know\nhint: a later "
      "step made it: delete it with that one");
  CHECK(undone.empty());
  CHECK(pid::find("box").notes.size() == 3);
}

TEST_CASE("undo: an undoer that fails leaves the container to be tried again") {
  const StateRoot root;
  State state = State::make("box", {});
  state.note({"thing", {}});
  const pid::Undoer failing = [](const Record&, const Note&) { throw Error("not today"); };
  CHECK(error_of([&] { pid::remove(state, {{"thing", failing}}); }) == "not today");
  CHECK(pid::look_up("box"));
}

TEST_CASE("undo: a PID file is noted before it is written, and taken away with the container") {
  const StateRoot root;
  State state = State::make("box", {});
  state.record.pid = 4711;
  state.save();
  const std::string file = root / "pid";
  pid::write_pid_file(state, file);
  CHECK(content(file) == "4711");
  CHECK(pid::find("box").notes.at(0).what.at("path") == file);
  pid::remove(state, pid::undoers());
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("undo: a PID file that another container has taken over is left alone") {
  const StateRoot root;
  State state = State::make("box", {});
  state.record.pid = 4711;
  pid::write_pid_file(state, root / "pid");
  std::ofstream(root / "pid") << "4712";
  pid::remove(state, pid::undoers());
  CHECK(content(root / "pid") == "4712");
}

TEST_CASE("undo: a runtime killed before, between and after the steps of a PID file") {
  const StateRoot root;
  const auto killed_then_deleted = [&](const std::string& left_behind) {
    State state = State::make("box", {});
    state.note({"pid-file", {{"path", root / "pid"}}});
    if (!left_behind.empty()) std::ofstream(root / left_behind) << "0";
    pid::remove(state, pid::undoers());
    CHECK_FALSE(fs::exists(root / "pid"));
    CHECK_FALSE(fs::exists(root / ".pid.new"));
  };
  killed_then_deleted("");
  killed_then_deleted(".pid.new");
  killed_then_deleted("pid");
}

TEST_CASE("undo: a PID file's folder that is gone, or is none, is nothing to clear") {
  const StateRoot root;
  State state = State::make("box", {});
  state.note({"pid-file", {{"path", root / "gone/pid"}}});
  state.note({"pid-file", {{"path", root / "box/state.json/pid"}}});
  pid::remove(state, pid::undoers());
  CHECK_FALSE(pid::look_up("box"));
}

TEST_CASE("undo: a PID file that can't be written says so, and nothing is left to clear") {
  const StateRoot root;
  State state = State::make("box", {});
  CHECK(error_of([&] { pid::write_pid_file(state, "/no/such/folder/pid"); }) ==
        "--pid-file: the folder \"/no/such/folder\": No such file or directory (ENOENT)");
  pid::remove(state, pid::undoers());
  CHECK_FALSE(pid::look_up("box"));
}

TEST_CASE("undo: killing waits for the end, and what has ended needs no killing") {
  Child child = Child::clone(0, [] { ::pause(); });
  Record record;
  record.id = "box";
  record.pid = child.pid();
  record.start_time = *proc::start_time(child.pid());
  pid::kill_and_wait(record);
  CHECK(proc::stat(child.pid())->state == 'Z');
  pid::kill_and_wait(record);
  CHECK(child.wait().words() == "was killed by SIGKILL");
}

TEST_CASE("undo: a process that only has the number is not killed") {
  Child other = Child::clone(0, [] { ::pause(); });
  Record record;
  record.pid = other.pid();
  record.start_time = *proc::start_time(other.pid()) - 1;
  pid::kill_and_wait(record);
  ::usleep(20'000);
  CHECK(proc::stat(other.pid())->state != 'Z');
}
