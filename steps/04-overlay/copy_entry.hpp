#pragma once

#include <sys/stat.h>

#include <string>

#include "common/images/owners.hpp"
#include "common/os/fd.hpp"

namespace lockstep::overlay {

/// A name in the folder `from` that is to be copied to the folder `to`, where it is free. `path` is
/// what errors call it, `owners` what the owners' numbers are in the copy.
struct Entry {
  const Fd& from;
  const Fd& to;
  std::string name;
  std::string path;
  const images::Owners& owners;
};

/// Copies a file, a link, a pipe, a socket or a device node, with its attributes. Holes stay holes.
/// `status` is the entry's. Throws SysError.
void copy_entry(const Entry& entry, const struct stat& status);

/// Gives `to` the owner, mode, extended attributes and times that `from` has, as far as may be:
/// without root, whose is whose can't be kept. Both are open files or folders.
void copy_attributes(const Fd& from, const Fd& to, const std::string& path,
                     const images::Owners& owners);

}  // namespace lockstep::overlay
