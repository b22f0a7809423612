#pragma once

#include <string>

#include "tests/docs/terminal.hpp"

/// The two users of a sandbox.
namespace lockstep::docs {

Account root_account();

/// "learner", uid 1000.
Account user_account();

/// Makes that user: its folders, and its lines in /etc/passwd and its kin, which are covered by
/// copies in `folder`. For use in a sandbox.
void add_user_account(const std::string& folder);

/// Why that user can't have a user namespace here; empty if it can. For use in a sandbox.
std::string no_user_namespace_because();

}  // namespace lockstep::docs
