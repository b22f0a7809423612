#pragma once

#include <string>

namespace lockstep {

/// To standard output, which is buffered. Throws SysError if something could not be written: a full disk, a
/// reader that has gone.
void print(const std::string& text);

/// What is buffered goes out. Throws SysError as `print`.
void flush_output();

}  // namespace lockstep
