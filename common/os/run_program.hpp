#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/os/child.hpp"
#include "common/os/why.hpp"

namespace lockstep {

/// What another program did.
struct ProgramResult {
  ExitStatus status;
  std::string output;  // standard output and errors together
};

/// Where `name` is: in a folder of PATH, or of those that an ordinary user's PATH may lack
/// (/usr/sbin, /sbin). Nothing if it is not installed.
std::optional<std::string> find_on_path(const std::string& name);

/// Runs a program of the host's to its end, with `input` as its standard input. `arguments` begin
/// with the name that it is given; the environment is the caller's. Throws Error if it can't be
/// executed.
ProgramResult run_program(const std::string& path, const std::vector<std::string>& arguments,
                          const std::string& input, Why why = {});

}  // namespace lockstep
