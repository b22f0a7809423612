#pragma once

#include <string>

#include "common/os/output.hpp"

namespace lockstep::cgroup {

/// To standard output, at once: whoever watches a container waits for each line.
/// Throws SysError if that is full, or closed.
inline void print(const std::string& text) {
  lockstep::print(text);
  flush_output();
}

}  // namespace lockstep::cgroup
