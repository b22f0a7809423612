#pragma once

#include <map>
#include <string>

#include "common/os/fd.hpp"

/// Extended attributes, by descriptor: also of links and nodes, which open(2) gives only as O_PATH.
/// See: xattr(7)
namespace lockstep::images {

using Xattrs = std::map<std::string, std::string>;

/// Whether an image carries it: capabilities, access lists, the users' own ("user.*") and the
/// administrator's ("trusted.*"). Not a host's labels ("security.selinux"), and nothing of
/// overlayfs's own.
bool is_carried(const std::string& name);

/// Those of an open file that an image carries. None where the file system has none.
Xattrs read_xattrs(const Fd& file, const std::string& path);

/// One attribute's value; empty if it isn't there, or the file system has none.
std::string read_xattr(const Fd& file, const std::string& name);

}  // namespace lockstep::images
