#pragma once

#include <string>

#include "common/os/error.hpp"

namespace lockstep::testing {

/// What a person reads when `action` fails: the error, then its hint on a line of its own. Without
/// an error, "no error".
template <typename Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(error.what()) + (error.hint().empty() ? "" : "\nhint: " + error.hint());
  }
  return "no error";
}

}  // namespace lockstep::testing
