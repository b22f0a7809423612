#include "common/os/door.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/temp_dir.hpp"

// A process that waits for whoever starts it, after who made it has gone.

namespace lockstep {
namespace {

constexpr const char* kName = "start.sock";

/// A process that waits at a door, is let go on, and then fails with `last_words` (or ends).
Child waiting(const Door& door, const char* last_words) {
  return Child::clone(0, [&] {
    door.leave_the_rest_outside(0);
    Handshake conversation = door.answer();
    try {
      conversation.await_release(Stage::kStarted);
      if (*last_words != '\0') throw Error(last_words);
    } catch (const Vanished&) {
      ::_exit(3);
    } catch (const Error& error) {
      conversation.fail(error);
    }
  });
}

/// Whether it has come so far that it takes SIGTERM for itself. See: proc(5), SigBlk
bool blocks_signals(pid_t pid) {
  const std::string status = proc::read_file(fmt::format("/proc/{}/status", pid)).value_or("");
  const size_t at = status.find("SigBlk:\t");
  return at != std::string::npos &&
         (std::stoull(status.substr(at + 8, 16), nullptr, 16) & (1ULL << (SIGTERM - 1))) != 0;
}

TEST_CASE("door: who knocks is heard, and hears what goes wrong") {
  const testing::TempDir folder;
  const Fd place = sys::open(folder.path(), O_PATH | O_DIRECTORY);
  const Door door = Door::make(place, kName);
  Child child = waiting(door, "no such program");
  Handshake conversation = Door::knock(place, kName);
  conversation.release(Stage::kStarted);
  CHECK_THROWS_WITH_AS(conversation.await_exec(), "in the container: no such program", Error);
  CHECK(child.wait().shell_code() == 0);
}

TEST_CASE("door: who waits hears that the one who knocked has gone") {
  const testing::TempDir folder;
  const Fd place = sys::open(folder.path(), O_PATH | O_DIRECTORY);
  const Door door = Door::make(place, kName);
  Child child = waiting(door, "");
  { const Handshake conversation = Door::knock(place, kName); }
  CHECK(child.wait().shell_code() == 3);
}

TEST_CASE("door: a signal that ends other processes ends who waits, another doesn't") {
  const testing::TempDir folder;
  const Fd place = sys::open(folder.path(), O_PATH | O_DIRECTORY);
  const Door door = Door::make(place, kName);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGRTMIN}) {
    Child child = waiting(door, "");
    while (!blocks_signals(child.pid())) ::usleep(1000);
    ::kill(child.pid(), SIGWINCH);
    CHECK(!sys::wait_for_end(child.pidfd(), 20));
    ::kill(child.pid(), signal);
    const ExitStatus end = child.wait();
    CHECK(end.words() == "exited with " + std::to_string(128 + signal));
  }
}

TEST_CASE("door: only its owner may knock, and the folder's path may be long") {
  const testing::TempDir folder;
  const std::string deep = folder.path() + "/" + std::string(200, 'd');
  std::filesystem::create_directory(deep);
  const Fd place = sys::open(deep, O_PATH | O_DIRECTORY);
  const Door door = Door::make(place, kName);
  struct stat status {};
  REQUIRE(::stat((deep + "/" + kName).c_str(), &status) == 0);
  CHECK(S_ISSOCK(status.st_mode));
  CHECK((status.st_mode & 0777U) == 0600);
}

TEST_CASE("door: what was open when it was made, who waits closes") {
  const testing::TempDir folder;
  const Fd place = sys::open(folder.path(), O_PATH | O_DIRECTORY);
  Pipe pipe = Pipe::make();
  const Door door = Door::make(place, kName);
  Child child = waiting(door, "");
  pipe.write_end.reset();
  CHECK(read_all(pipe.read_end, "a pipe") == "");  // else it would wait as long as the child does
}

TEST_CASE("door: nobody is there") {
  const testing::TempDir folder;
  const Fd place = sys::open(folder.path(), O_PATH | O_DIRECTORY);
  CHECK_THROWS_AS(Door::knock(place, kName), SysError);
  { const Door door = Door::make(place, kName); }
  try {
    Door::knock(place, kName);
    FAIL("somebody answered");
  } catch (const SysError& error) {
    CHECK(error.code() == ECONNREFUSED);
    CHECK(error.hint() == "it has ended meanwhile");
  }
}

}  // namespace
}  // namespace lockstep
