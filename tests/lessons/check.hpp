#pragma once

#include <exception>
#include <functional>
#include <string>
#include <vector>

/// lesson-check: does a program do what a lesson teaches? It knows the program's path and nothing
/// else of it: a step of this project and one that a learner wrote, in whatever language, are
/// graded alike.
///
/// A check must hold for every later step as well, which gives its container less: files of its own
/// (03), users (06), fewer powers (08), fewer system calls (09). So a check needs no power inside
/// that a later lesson takes away, and where it tries an attack it looks at what became of the
/// host.
namespace lockstep::lessons {

class Step;

/// The core is the lesson's one idea (at most eight checks); the details are what a runtime needs
/// beyond it.
enum class Part : bool { kCore, kDetail };

/// Where to read on: a heading of the lesson's page, and a manual page or specification.
struct Reading {
  const char* heading;
  const char* manual;
};
constexpr const char* kAttack = "The attack";
constexpr const char* kIdea = "The idea";
constexpr const char* kLines = "The core's lines";
constexpr const char* kSee = "See it";
constexpr const char* kReal = "What real runtimes do";

struct Check {
  Part part;
  std::string claim;  // what a user could see, as a sentence about the container or the command
  /// What the program must list in its help: "--init" (of `run`), "exec", "exec --cwd". If it
  /// doesn't, the check counts as not built, and isn't tried.
  std::vector<std::string> needs;
  Reading reading;
  std::function<void(Step&)> look;  // throws Mismatch, or CannotTell
};

inline Check core(std::string claim, std::vector<std::string> needs, Reading reading,
                  std::function<void(Step&)> look) {
  return {Part::kCore, std::move(claim), std::move(needs), reading, std::move(look)};
}
inline Check detail(std::string claim, std::vector<std::string> needs, Reading reading,
                    std::function<void(Step&)> look) {
  return {Part::kDetail, std::move(claim), std::move(needs), reading, std::move(look)};
}

struct Lesson {
  std::string number;  // "02"
  std::string name;    // "02-pid", as its page and its folder are called
  /// What the core can't do without: with --core a check that needs anything else is skipped where
  /// that isn't built.
  std::vector<std::string> core_words;
  /// The first one asks whether there is this lesson's container at all. The others rely on it:
  /// they would hold for many a program that isolates nothing.
  std::vector<Check> checks;
};

Lesson lesson_01();
Lesson lesson_02();
Lesson lesson_03();
Lesson lesson_04();
Lesson lesson_05();
Lesson lesson_06();
Lesson lesson_07();
Lesson lesson_08();
Lesson lesson_09();
std::vector<Lesson> all_lessons();

/// What a check found instead of what it should.
struct Mismatch : std::exception {
  Mismatch(std::string command, std::string wanted, std::string found)
      : ran(std::move(command)), expected(std::move(wanted)), seen(std::move(found)) {}
  const char* what() const noexcept override { return seen.c_str(); }

  std::string ran;  // the command line; may be empty
  std::string expected;
  std::string seen;
};

/// The machine, not the program, is why a check can't be tried.
struct CannotTell : std::exception {
  explicit CannotTell(std::string reason) : why(std::move(reason)) {}
  const char* what() const noexcept override { return why.c_str(); }

  std::string why;
};

}  // namespace lockstep::lessons
