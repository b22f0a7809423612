#pragma once

#include <functional>

#include "common/os/child.hpp"

namespace lockstep::mnt {

/// Leaves a small process behind that holds a pty's master as long as the container's process
/// lives, reading and throwing away what is printed, so that the container neither gets a hang-up
/// nor waits for a reader. It ends with the container, after `at_end`, if there is something to be
/// done then (`--rm`); without a master, that is all it is there for. The only process of ours that
/// ever stays, besides `--init`.
void keep(const Fd& master, const Child& container, const std::function<void()>& at_end = {});

}  // namespace lockstep::mnt
