#pragma once

#include <optional>
#include <string>

#include "common/os/fd.hpp"

/// Lesson 05: the files in a container's state folder that the container sees, too.
namespace lockstep::net {

/// Opens `folder`/`name`, which must be what the runtime made there: a regular file with that one
/// name, on the folder's own mount. Nothing if it isn't there, or if it is anything else (a link, a
/// pipe, what somebody mounted over it): that is said, and neither opened nor followed, however it
/// got there. Nor is it waited for: a container that owns the file can hold it by a lease. None of
/// that is an error, for one container's mischief must not keep its neighbours from starting.
/// `flags` are O_RDONLY or O_WRONLY. See: openat2(2), RESOLVE_NO_XDEV; fcntl(2), F_SETLEASE
std::optional<Fd> open_state_file(const std::string& folder, const std::string& name, int flags);

/// Its text; nothing as above.
std::optional<std::string> read_state_file(const std::string& folder, const std::string& name);

}  // namespace lockstep::net
