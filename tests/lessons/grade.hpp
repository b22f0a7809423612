#pragma once

#include "tests/lessons/check.hpp"

namespace lockstep::lessons {

enum class Scope : bool { kFull, kCore };

/// What is asked of the grader.
struct Request {
  Lesson lesson;
  std::string path;    // of the program, absolute
  std::string shown;   // what the learner calls it
  std::string rootfs;  // empty: one is made
  Scope scope = Scope::kFull;
  std::string only;  // checks whose claim contains this; empty: all
};

/// Tries the checks one after another and prints a line for each, and a summary. Exit status 0 if
/// all of them passed, 1 if not.
int grade(const Request& request);

}  // namespace lockstep::lessons
