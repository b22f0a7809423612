#pragma once

#include <string>
#include <vector>

#include "common/os/fd.hpp"
#include "common/os/why.hpp"

struct sock_filter;

namespace lockstep::sys {

/// seccomp(2), SECCOMP_SET_MODE_FILTER: from now on, and in all that this process executes or makes, the
/// kernel asks `program` about each system call. `flags` are SECCOMP_FILTER_FLAG_*. With NEW_LISTENER it
/// returns the descriptor of who is to be asked.
/// Takes no_new_privs or CAP_SYS_ADMIN in the user namespace.
Fd load_filter(const std::vector<sock_filter>& program, unsigned flags, Why why = {});

/// Whether no_new_privs is set: see prctl(2), PR_GET_NO_NEW_PRIVS.
bool has_no_new_privs();

/// keyctl(2), KEYCTL_JOIN_SESSION_KEYRING: a session keyring in place of the caller's, that of this name
/// if there is one. Its number; 0 where the kernel has no keyrings, or a sandbox around us hides them.
long join_session_keyring(const std::string& name, Why why = {});

/// Adds to what may be done with a key, KEYCTL_SETPERM: see keyctl_setperm(3).
void allow_on_key(long key, unsigned permissions, Why why = {});

}  // namespace lockstep::sys
