#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "tests/lessons/check.hpp"
#include "tests/lessons/outcome.hpp"
#include "tests/lessons/process.hpp"
#include "tests/lessons/step.hpp"
#include "tests/support/doctest.hpp"

namespace lockstep::lessons {
namespace {

using testing::text;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "." : value;
}

Process lesson_check(std::vector<std::string> words) {
  words.insert(words.begin(), variable("LOCKSTEP_BUILD") + "/lesson-check");
  Process process({words, "", {}});
  REQUIRE(process.wait());
  return process;
}

}  // namespace

TEST_CASE("lesson-check: each core has at most eight checks and begins with what all rely on") {
  for (const Lesson& lesson : all_lessons()) {
    CAPTURE(lesson.name);
    std::set<std::string> claims;
    int cores = 0;
    for (const Check& check : lesson.checks) {
      CHECK_MESSAGE(claims.insert(check.claim).second, text(check.claim));
      cores += check.part == Part::kCore ? 1 : 0;
    }
    CHECK(cores <= 8);
    CHECK(lesson.checks.front().part == Part::kCore);
    for (const std::string& need : lesson.checks.front().needs) {
      CHECK(std::count(lesson.core_words.begin(), lesson.core_words.end(), need) == 1);
    }
  }
}

TEST_CASE("lesson-check: what it says to read is there") {
  size_t pages = 0;
  for (const Lesson& lesson : all_lessons()) {
    std::ifstream file(variable("LOCKSTEP_SOURCE") + "/docs/lessons/" + lesson.name + ".md");
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    if (page.empty()) continue;
    ++pages;
    for (const Check& check : lesson.checks) {
      CHECK_MESSAGE(contains(page, std::string("\n## ") + check.reading.heading + "\n"),
                    text(lesson.name + ": " + check.reading.heading));
    }
  }
  CHECK(pages > 0);
}

TEST_CASE("lesson-check: a wrong command line is exit status 2 and says why") {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"01"},
      {"00", "/bin/true"},
      {"1x", "/bin/true"},
      {"--no-such", "01", "/bin/true"},
      {"01", "/no/such/file"},
      {"01", "/etc/passwd"},
      {"01", "/"},
      {"01", "/bin/true", "more"},
      {"01", "/bin/true", "--only"},
      {"--patience", "x", "01", "/bin/true"},
      {"--rootfs-dir", "/proc", "03", "/bin/true"}};
  for (const auto& words : wrong) {
    CAPTURE(as_typed(words));
    const Process process = lesson_check(words);
    CHECK(process.status() == 2);
    CHECK(process.out().empty());
    CHECK(text(process.err()) == doctest::Contains("hint: "));
  }
  CHECK(lesson_check({"--help"}).status() == 0);
}

TEST_CASE("lesson-check: a program that is no runtime fails, in order") {
  const Process process = lesson_check({"01", "/bin/true"});
  CHECK(process.status() == 1);
  CHECK(text(process.out()) == doctest::Contains("01-uts: 17 checks: "));
}

TEST_CASE("lesson-check: an option is listed only as a whole word") {
  const std::string help =
      "  -d, --detach   leave it\n  --rootfs=DIR\n  --user-ns N [--tty|--no-tty]\n";
  for (const char* there : {"--detach", "--rootfs", "--user-ns", "--tty", "-d"})
    CHECK(lists(help, there));
  for (const char* other : {"--root", "--user", "--det", "-r", "exec"})
    CHECK_FALSE(lists(help, other));
}

TEST_CASE("lesson-check: an outcome's sentences hold or throw what was seen") {
  const Outcome outcome{"mine run true", 3, "out\n", "mine: no such thing\n"};
  CHECK_NOTHROW(outcome.exits(3).mentions("no such").mentions("out"));
  CHECK_THROWS_AS(outcome.exits(0), Mismatch);
  CHECK_THROWS_AS(outcome.prints("out\n"), Mismatch);
  CHECK_THROWS_AS(outcome.refuses(), Mismatch);  // it printed something: the command ran
  CHECK_NOTHROW(Outcome{"", 1, "", "mine: what"}.refuses("what"));
  CHECK_THROWS_AS((Outcome{"", 0, "", "mine: what"}.refuses("what")), Mismatch);
  CHECK_THROWS_AS((Outcome{"", {}, "", ""}.exits(0)), Mismatch);
  try {
    outcome.exits(0);
  } catch (const Mismatch& mismatch) {
    CHECK(mismatch.expected == "exit status 0");
    CHECK(
        mismatch.seen ==
        R"(it printed "out\n", wrote "mine: no such thing\n" to standard error, and exited with 3)");
  }
}

TEST_CASE("lesson-check: a command line is shown as one would type it") {
  CHECK(as_typed({"run", "--id", "a.b", "sh", "-c", "echo \"$x\"", "", "it's"}) ==
        R"(run --id a.b sh -c 'echo "$x"' '' 'it'\''s')");
}

}  // namespace lockstep::lessons
