#pragma once

#include <functional>
#include <string>

#include "common/oci/config.hpp"
#include "common/os/why.hpp"

namespace lockstep {

/// The file that execve(2) will get for process.args, found as a shell does it: args[0] itself if
/// it holds a
/// '/', else the first executable of that name on the PATH of the process's own environment.
/// Relative to the caller's root and working directory, so to be called inside. Throws Error with
/// Failure::kNotFound (exit code 127) or kNotExecutable (126), whose text holds the lower-case
/// words that Docker looks for.
std::string find_program(const oci::Process& process);

/// chdir(2) to process.cwd, if there is one. Throws Error if that isn't in this process's root: by a
/// descriptor of the host's that is still open, /proc/self/fd/7 leads there (CVE-2024-21626).
/// See: getcwd(2), "(unreachable)"
void enter_working_directory(const oci::Process& process, Why why);

/// Goes to the working directory and looks whether the program is there: so that a container that
/// can't start is refused when it is created.
void look_for_program(const oci::Process& process);

/// `parent_death_signal`, if there is one. To be called by a new child before it first waits for
/// the runtime: one that ended before the call is then noticed by the wait, one that ends later by
/// the kernel, and there is no moment in between.
void die_with_the_runtime(const oci::Process& process);

/// So that nothing of the host's leaks through execve(2): but for standard input, output and error, and
/// `preserved_descriptors`.
void close_what_is_not_its_own(const oci::Process& process);

/// What is done last, with all that the program's start takes behind it but for execve(2) itself.
using LastStep = std::function<void()>;

/// The last line of every story: to the working directory, `last`, then execve(2). Returns only by
/// throwing.
[[noreturn]] void execute_program(const oci::Process& process, const LastStep& last = {});

}  // namespace lockstep
