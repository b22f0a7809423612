#pragma once

#include <sys/types.h>

#include <string>

#include "05-network/wanted.hpp"

namespace lockstep::net {

/// Starts `program`, pasta(1), for the network namespace of the process `pid`; it writes what it
/// has to say below `folder`. pasta goes to the background by itself when all is set up: then this
/// returns. Throws Error with its own words.
void start_pasta(const Wanted& wanted, const std::string& program, const std::string& folder,
                 pid_t pid);

/// Whether that process is in the caller's user namespace.
bool has_same_users(pid_t pid);

}  // namespace lockstep::net
