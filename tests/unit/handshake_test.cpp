#include "common/os/handshake.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>

#include "common/os/child.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temp_dir.hpp"

using namespace lockstep;
using testing::error_of;
using testing::text;

namespace {

/// The container's side of `handshake`, in a process of its own, which tells its own errors through
/// it.
template <typename Body>
Child child_of(Handshake& handshake, Body body) {
  Child child = Child::clone(0, [&] {
    handshake.be_child();
    try {
      body();
    } catch (const std::exception& error) {
      handshake.fail(error);
    }
  });
  handshake.be_host();
  return child;
}

template <typename Exception>
void raise(const Exception& exception) {
  throw exception;
}

std::string told(const std::exception& error) {
  Handshake handshake;
  const Child child = child_of(handshake, [&] { handshake.fail(error); });
  return error_of([&] { handshake.await(Stage::kCreated); });
}

}  // namespace

TEST_CASE("handshake: both sides go through the stages together") {
  Handshake handshake;
  Pipe order = Pipe::make();
  Child child = child_of(handshake, [&] {
    handshake.await_release(Stage::kCloned);
    write_all(order.write_end, "1", "pipe");
    handshake.reach(Stage::kMounted);
    write_all(order.write_end, "2", "pipe");
    handshake.reach(Stage::kCreated);
    handshake.await_release(Stage::kStarted);
    write_all(order.write_end, "3", "pipe");
  });
  order.write_end.reset();
  ::fcntl(order.read_end.get(), F_SETFL, O_NONBLOCK);
  const auto seen = [&] {
    char c = 0;
    return ::read(order.read_end.get(), &c, 1) == 1 ? c : '-';
  };
  CHECK(seen() == '-');  // it waits for its first release
  handshake.release(Stage::kCloned);
  handshake.await(Stage::kMounted);
  CHECK(seen() == '1');
  CHECK(seen() == '-');
  handshake.release(Stage::kMounted);
  handshake.await(Stage::kCreated);
  CHECK(seen() == '2');
  handshake.release(Stage::kCreated);
  handshake.release(Stage::kStarted);
  CHECK(child.wait().shell_code() == 0);
  CHECK(seen() == '3');
}

TEST_CASE("handshake: a later stage includes the earlier, on both sides") {
  Handshake handshake;
  Child child = child_of(handshake, [&] {
    handshake.await_release(Stage::kMounted);
    handshake.await_release(Stage::kCloned);
    handshake.reach(Stage::kCreated);
  });
  handshake.release(Stage::kMounted);
  handshake.await(Stage::kMounted);  // it says "created"
  handshake.await(Stage::kCloned);
  handshake.await(Stage::kCreated);
  handshake.release(Stage::kStarted);
  CHECK(child.wait().shell_code() == 0);
}

TEST_CASE(
    "handshake: the child's error is the parent's, with operands, hint, errno and exit code") {
  Handshake handshake;
  const Child child = child_of(handshake, [] {
    raise(SysError(ENOENT, "mount(\"proc\", \"/nowhere\", \"proc\", MS_NOSUID)", "it must exist",
                   Failure::kNotExecutable));
  });
  try {
    handshake.await(Stage::kCreated);
    FAIL("no error came");
  } catch (const SysError& error) {
    CHECK(text(error.what()) ==
          "in the container: mount(\"proc\", \"/nowhere\", \"proc\", MS_NOSUID): No such file or "
          "directory (ENOENT)");
    CHECK(error.hint() == "it must exist");
    CHECK(error.code() == ENOENT);
    CHECK(error.failure() == Failure::kNotExecutable);
  }
}

TEST_CASE("handshake: an error that was no system call stays one") {
  Handshake handshake;
  const Child child = child_of(
      handshake, [] { raise(Error("no such program", "PATH is empty", Failure::kNotFound)); });
  try {
    handshake.await(Stage::kCreated);
    FAIL("no error came");
  } catch (const SysError&) {
    FAIL("an errno that never was");
  } catch (const Error& error) {
    CHECK(text(error.what()) == "in the container: no such program");
    CHECK(error.hint() == "PATH is empty");
    CHECK(error.failure() == Failure::kNotFound);
  }
  CHECK(told(std::runtime_error("out of luck")) == "in the container: out of luck");
}

TEST_CASE(
    "handshake: an error's text may be empty or very long; what and hint are never mixed up") {
  CHECK(told(Error("", "only a hint")) == "in the container: \nhint: only a hint");
  CHECK(told(Error("only a text")) == "in the container: only a text");
  const std::string hint(100000, 'h');
  const std::string what(100000, 'w');
  const std::string both = told(Error(what, hint));
  CHECK(text(both.substr(0, 30)) == doctest::Contains("in the container: wwww"));
  CHECK(both.size() > 30000);
  CHECK(both.find('h', both.find("\nhint: ") + 7) != std::string::npos);
  CHECK(both.substr(both.find("\nhint: ") + 7).find('w') == std::string::npos);
}

TEST_CASE("handshake: the host hears a child that dies without a word") {
  Handshake handshake;
  const Child child = child_of(handshake, [] { ::_exit(3); });
  CHECK_THROWS_AS(handshake.await(Stage::kMounted), Vanished);
}

TEST_CASE("handshake: the child hears a runtime that dies") {
  Pipe answer = Pipe::make();
  auto handshake = std::make_unique<Handshake>();
  Child child = child_of(*handshake, [&] {
    try {
      handshake->reach(Stage::kMounted);
    } catch (const Vanished& gone) {
      write_all(answer.write_end, gone.what(), "pipe");
    }
  });
  answer.write_end.reset();
  handshake->await(Stage::kMounted);
  handshake.reset();
  CHECK(read_all(answer.read_end, "pipe") == "the runtime has gone");
}

TEST_CASE("handshake: speaking to nobody is an error and no signal") {
  Handshake handshake;
  Child child = child_of(handshake, [] {});
  child.wait();
  CHECK_THROWS_AS(handshake.release(Stage::kCloned), Vanished);
}

TEST_CASE("handshake: descriptors arrive in their order, close on exec, also between stages") {
  const testing::TempDir folder;
  Handshake handshake;
  Child child = child_of(handshake, [&] {
    for (const char* name : {"first", "second"}) {
      const Fd file(::open((folder / name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
      write_all(file, name, name);
      handshake.send(file);
    }
    handshake.reach(Stage::kMounted);
    const Fd late(::open((folder / "late").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    handshake.send(late);
  });
  handshake.await(Stage::kMounted);  // passes the first two on its way
  const Fd first = handshake.receive();
  const Fd second = handshake.receive();
  handshake.release(Stage::kMounted);
  const Fd late = handshake.receive();
  const auto leads_to = [](const Fd& fd) {
    return std::filesystem::read_symlink(fd.path()).filename().string();
  };
  CHECK(leads_to(first) == "first");
  CHECK(leads_to(second) == "second");
  CHECK(leads_to(late) == "late");
  CHECK((::fcntl(first.get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK_THROWS_AS(handshake.receive(), Vanished);  // there is no third
}

TEST_CASE("handshake: descriptors go down to the child, too") {
  Handshake handshake;
  Child child = child_of(handshake, [&] {
    const Fd pipe = handshake.receive();
    write_all(pipe, "it works", "pipe");
  });
  Pipe pipe = Pipe::make();
  handshake.send(pipe.write_end);
  pipe.write_end.reset();
  CHECK(read_all(pipe.read_end, "pipe") == "it works");
  CHECK(child.wait().shell_code() == 0);
}

TEST_CASE("handshake: execve is heard as the end; a descriptor sent just before it is kept") {
  Handshake handshake;
  Child child = child_of(handshake, [&] {
    handshake.send(Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
    ::execl("/bin/sh", "sh", "-c", "exit 9", nullptr);
  });
  handshake.await_exec();
  CHECK(handshake.receive());
  CHECK(child.wait().shell_code() == 9);
}

TEST_CASE("handshake: an execve that failed is told to who waits for it") {
  Handshake handshake;
  const Child child = child_of(handshake, [] { raise(SysError(ENOEXEC, "execve(\"/x\")")); });
  CHECK(error_of([&] { handshake.await_exec(); }) ==
        "in the container: execve(\"/x\"): Exec format error (ENOEXEC)");
}

TEST_CASE("handshake: what the child suspects comes first in its error's hint") {
  for (const std::string own : {"", "chmod"}) {
    Handshake handshake;
    const Child child = child_of(handshake, [&] {
      handshake.suspect("the profile");
      raise(SysError(EPERM, "setgroups()", own));
    });
    try {
      handshake.await_exec();
      FAIL("no error came");
    } catch (const SysError& error) {
      CHECK(error.hint() == (own.empty() ? "the profile" : "the profile; if not: chmod"));
    }
  }
}
