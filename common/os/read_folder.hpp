#pragma once

#include <dirent.h>

#include <cerrno>
#include <string>

#include "common/os/error.hpp"

namespace lockstep::sys {

/// readdir(3), which tells the end from an error only by errno: nullptr is the end. Throws SysError; `name` is the
/// folder's. Half a list is no list: what isn't on it would be kept, or left behind.
inline const dirent* next_entry(DIR* folder, const std::string& name) {
  errno = 0;
  const dirent* const entry = ::readdir(folder);
  if (entry == nullptr && errno != 0)
    throw SysError(errno, fmt::format("readdir({})", quoted(name)));
  return entry;
}

}  // namespace lockstep::sys
