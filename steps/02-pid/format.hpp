#pragma once

#include <string>

#include "common/os/error.hpp"
#include "common/os/output.hpp"

/// How `list` and `ps` print what they found.
namespace lockstep::pid {

struct Format {
  bool json = false;
  bool quiet = false;
};

/// As a terminal may show it.
inline std::string plain(const std::string& text) {
  const std::string safe = quoted(text);
  return safe.substr(1, safe.size() - 2);
}

}  // namespace lockstep::pid
