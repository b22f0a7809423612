#pragma once

#include "common/os/child.hpp"

namespace lockstep::mnt {

/// Leaves a small process behind that holds a pty's master as long as the container's process
/// lives, reading and throwing away what is printed, so that the container neither gets a hang-up
/// nor waits for a reader. It ends with the container. The only process of ours that ever stays,
/// besides `--init`.
void keep(Fd master, const Child& container);

}  // namespace lockstep::mnt
