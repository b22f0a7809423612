#pragma once

#include <cstdio>
#include <string>

#include "common/os/error.hpp"

namespace lockstep::cgroup {

/// To standard output, at once: whoever watches a container waits for each line.
/// Throws SysError if that is full, or closed.
inline void print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) throw SysError(errno, "write(standard output)");
}

}  // namespace lockstep::cgroup
