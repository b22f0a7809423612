#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
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

/// A file in memory with `content`, to be read from its start: unlike a pipe it holds all that is
/// written, whoever reads or writes first. Throws SysError.
Fd file_in_memory(const char* name, std::string_view content = "");

/// A program of the host's that runs beside this one. Dropped without finish(), it is killed.
class RunningProgram {
 public:
  /// Starts it with `input` as its standard input. `arguments` begin with the name that it is
  /// given; the environment is the caller's. The new process calls `in_child` just before execve.
  RunningProgram(const std::string& path, const std::vector<std::string>& arguments,
                 const std::string& input, const std::function<void()>& in_child, Why why = {});
  /// Waits for its end.
  ProgramResult finish();

 private:
  Fd output_;
  Child child_;
};

/// Runs one to its end.
ProgramResult run_program(const std::string& path, const std::vector<std::string>& arguments,
                          const std::string& input, Why why = {});

}  // namespace lockstep
