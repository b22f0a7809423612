#include "common/os/narrate.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/in_child.hpp"

using namespace lockstep;
using narrate::Style;
using testing::error_of;
using testing::text;

namespace {

/// What a process that narrates in that way writes to standard error; `input` is typed beforehand.
std::string narrated(const narrate::Options& options, const std::function<void()>& action,
                     const std::string& input = "") {
  return testing::in_child([&] {
    ::setsid();  // without a terminal answers come from standard input
    const Fd log(::open("/tmp", O_TMPFILE | O_RDWR, 0600));
    Pipe typed = Pipe::make();
    write_all(typed.write_end, input, "pipe");
    typed.write_end.reset();
    ::dup2(typed.read_end.get(), STDIN_FILENO);
    ::dup2(log.get(), STDERR_FILENO);
    narrate::begin(options);
    action();
    narrate::flush();
    ::lseek(log.get(), 0, SEEK_SET);
    return read_all(log, "the log");
  });
}

std::vector<nlohmann::json> lines_of(const std::string& text) {
  std::vector<nlohmann::json> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.push_back(nlohmann::json::parse(text.substr(at, end - at)));
    at = end + 1;
  }
  return lines;
}

constexpr narrate::Options kJson{Style::kJson, false, "03-mount"};
constexpr narrate::Options kAll{Style::kAll, false, "03-mount"};
constexpr narrate::Options kThis{Style::kThisLesson, false, "03-mount"};
constexpr narrate::Options kStep{Style::kThisLesson, true, "03-mount"};

// The calls of the lessons: where a call stands in the sources says which lesson it belongs to.
#line 1 "steps/03-mount/probe.cpp"
void this_lessons_call() { sys::set_umask(022, "as this lesson has it"); }
void this_lessons_call_without_reason() { sys::set_umask(022); }
#line 1 "02-pid/probe.cpp"
void earlier_lessons_call() { sys::set_umask(077, "an earlier lesson's reason"); }
#line 1 "steps/01-uts/probe.cpp"
void first_lessons_call() { sys::set_umask(0, "the first lesson's"); }
#line 1 "common/os/probe.cpp"
void commons_call() { sys::set_umask(027, "what no lesson is about"); }
#line 70 "tests/unit/narrate_test.cpp"

}  // namespace

TEST_CASE("narrate: off, not a word") {
  CHECK(narrated({}, [] {
          this_lessons_call();
          narrate::changed("x → y");
        }).empty());
}

TEST_CASE("narrate: json tells everything of a call") {
  const auto lines = lines_of(narrated(kJson, [] {
    this_lessons_call();
    error_of([] { sys::change_directory("/no such \"place\"", "to see it fail"); });
  }));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["lesson"] == "03-mount");
  CHECK(lines[0]["side"] == "host");
  CHECK(lines[0]["call"] == "umask");
  CHECK(lines[0]["text"] == "umask(0022)");
  CHECK(lines[0]["why"] == "as this lesson has it");
  CHECK(lines[0]["result"].is_number());
  CHECK(lines[0]["errno"].is_null());
  CHECK(lines[0]["pid"].get<int>() > 0);
  CHECK(lines[1]["text"] == "chdir(\"/no such \\\"place\\\"\")");
  CHECK(lines[1]["result"] == -1);
  CHECK(lines[1]["errno"] == "ENOENT");
}

TEST_CASE("narrate: a call belongs to the lesson of its place; common's to the program's") {
  const auto lines = lines_of(narrated(kJson, [] {
    this_lessons_call();
    this_lessons_call_without_reason();
    earlier_lessons_call();
    first_lessons_call();
    commons_call();
  }));
  std::string lessons;
  for (const auto& line : lines) lessons += line["lesson"].get<std::string>() + " ";
  CHECK(lessons == "03-mount 03-mount 02-pid 01-uts 03-mount ");
}

TEST_CASE("narrate: this lesson's calls in full, each earlier one's as a count") {
  CHECK(narrated(kThis,
                 [] {
                   earlier_lessons_call();
                   earlier_lessons_call();
                   first_lessons_call();
                   this_lessons_call();
                   this_lessons_call_without_reason();
                   earlier_lessons_call();
                 }) ==
        "host      02-pid: 2 calls\n"
        "host      01-uts: 1 call\n"
        "host      03-mount  umask(0022) = 0\n"
        "            why: as this lesson has it\n"
        "host      03-mount  umask(0022) = 18\n"
        "host      02-pid: 1 call\n");
}

TEST_CASE("narrate: all opens every lesson; an error shows as words and name") {
  CHECK(narrated(kAll,
                 [] {
                   first_lessons_call();
                   narrate::speak_as("container");
                   error_of([] { sys::change_directory("/nowhere"); });
                   narrate::changed("uts:[1] → uts:[2]");
                   narrate::changed("");
                 })
            .substr(std::string("host      01-uts  umask(0000) = ").size()) ==
        "18\n"
        "            why: the first lesson's\n"
        "container 03-mount  chdir(\"/nowhere\") = No such file or directory (ENOENT)\n"
        "            changed: uts:[1] → uts:[2]\n");
}

TEST_CASE("narrate: a new process owes nothing of what its parent has counted") {
  const std::string told = narrated(kThis, [] {
    earlier_lessons_call();
    Child child = Child::clone(0, [] {
      narrate::speak_as("container");
      earlier_lessons_call();
      narrate::flush();
    });
    child.wait();
  });
  CHECK(text(told) == doctest::Contains("container 02-pid: 1 call\n"));
  CHECK(text(told) == doctest::Contains("host      02-pid: 1 call\n"));
}

TEST_CASE("narrate: clone is told by the parent, with the number that it got") {
  const auto lines = lines_of(narrated(kJson, [&] {
    Child::clone(
        0, [] {}, "a child")
        .wait();
  }));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]["call"] == "clone3");
  CHECK(lines[0]["result"].get<int>() > 1);
  CHECK(lines[0]["why"] == "a child");
}

TEST_CASE("narrate: a child that is dropped is killed, and that is told, too") {
  const auto lines = lines_of(narrated(kJson, [] { Child::clone(0, [] { ::pause(); }); }));
  REQUIRE(lines.size() == 2);
  CHECK(lines[1]["call"] == "pidfd_send_signal");
  CHECK(text(lines[1]["text"].get<std::string>()) == doctest::Contains("SIGKILL"));
}

TEST_CASE("narrate: who waits for Enter says what comes next, and goes on with it") {
  const std::string told = narrated(
      kStep,
      [] {
        earlier_lessons_call();
        this_lessons_call();
        this_lessons_call();
      },
      "\n\n");
  CHECK(text(told) == doctest::Contains("host      02-pid: 1 call\n        next: umask(0022)\n"));
  CHECK(text(told) == doctest::Contains("look from another terminal: ls -l /proc/"));
  CHECK(told.find("next:") != told.rfind("next:"));
  CHECK(told.find("next: umask(0077)") == std::string::npos);  // not shown, so no stop
}

TEST_CASE("narrate: a stop shows the number by which another terminal finds the process") {
  const std::string told = narrated(
      kStep, [] { this_lessons_call(); }, "\n");
  const size_t at = told.find("/proc/") + 6;
  CHECK(std::stoi(told.substr(at)) > 1);
  CHECK(told.substr(at, told.find('/', at) - at) ==
        told.substr(told.rfind("/proc/") + 6, told.find('/', at) - at));
}

TEST_CASE(
    "narrate: it waits for each Enter, also one from a raw terminal, and for nothing at the end") {
  const auto stops = [](const std::string& input) {
    const std::string told = narrated(
        kStep,
        [] {
          this_lessons_call();
          this_lessons_call();
        },
        input);
    int shown = 0;
    for (size_t at = 0; (at = told.find("umask(0022) =", at)) != std::string::npos; ++at) ++shown;
    return shown;
  };
  CHECK(stops("what is typed before Enter\n\n") == 2);
  CHECK(stops("\r\r") == 2);
  CHECK(stops("") == 2);
}

TEST_CASE("narrate: json with stops is JSON in every line") {
  const auto lines = lines_of(narrated(
      {Style::kJson, true, "03-mount"}, [] { this_lessons_call(); }, "\n"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["next"] == "umask(0022)");
  CHECK(lines[1]["call"] == "umask");
}

TEST_CASE("narrate: a reader that has gone is no reason to end the container") {
  CHECK(testing::in_child([] {
          Pipe pipe = Pipe::make();
          ::dup2(pipe.write_end.get(), STDERR_FILENO);
          pipe.read_end.reset();
          narrate::begin(kAll);
          this_lessons_call();
          return std::string("still here");
        }) == "still here");
}

TEST_CASE("narrate: without a standard error nobody is told, and nothing fails") {
  CHECK(testing::in_child([] {
          ::close(STDERR_FILENO);
          narrate::begin(kAll);
          this_lessons_call();
          return std::string("still here");
        }) == "still here");
}

TEST_CASE(
    "narrate: it goes on where standard error was when it began, and not into the container's") {
  const std::string told = narrated(kAll, [] {
    ::dup2(Fd(::open("/dev/null", O_WRONLY)).get(), STDERR_FILENO);
    this_lessons_call();
    narrate::close_all();
    this_lessons_call();
  });
  CHECK(told.find("umask") != std::string::npos);
  CHECK(told.find("umask") == told.rfind("umask"));
}
