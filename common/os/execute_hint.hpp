#pragma once

#include <string>

namespace lockstep {

/// Why execve(path) failed with `code`: a missing interpreter, a script with Windows line ends,
/// another machine's program, a noexec mount, a missing x bit, a folder that can't be searched, a
/// file that asks for capabilities which nobody here can have. Looks at the file as the caller sees
/// it.
std::string execute_hint(int code, const std::string& path);

/// Which folder on the way to `path` (all up to its last "/") the caller can't search; "" if none.
std::string search_hint(const std::string& path);

}  // namespace lockstep
