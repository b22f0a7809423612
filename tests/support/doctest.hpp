#pragma once

// doctest as the tests here use it, with what it lacks: a way to say "this can't run here".

#include <doctest/doctest.h>

#include <string>

namespace lockstep::testing {

/// Notes why the running test case can't run on this machine; call it through SKIP.
void note_skip(const std::string& reason);

/// A text that doctest can search and show: CHECK(text(error) == doctest::Contains("ENOENT")).
inline doctest::String text(const std::string& standard) { return standard.c_str(); }

}  // namespace lockstep::testing

/// Leaves the test case, which then counts as skipped (exit status 77, when every case that ran was
/// skipped) and not as passed. The reason names what the machine lacks.
#define SKIP(reason)                        \
  do {                                      \
    ::lockstep::testing::note_skip(reason); \
    return;                                 \
  } while (false)
