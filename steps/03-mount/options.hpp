#pragma once

#include "common/cli/options.hpp"
#include "common/oci/config.hpp"

/// Lesson 03's part of the command line.
namespace lockstep::mnt {

/// For `run`: --rootfs --read-only --volume --mount --tmpfs --shm-size --workdir --env --no-pivot,
/// and a terminal's. When all are read, what `runc spec` has and nobody named is filled in: the
/// mounts, the environment, the masks.
void options(cli::Options& options, oci::Config& config);

/// For `run` and `exec`: --tty, --interactive, --detach-keys. Without --tty a terminal is made when
/// standard input and output are terminals.
void terminal_options(cli::Options& options, oci::Process& process);

}  // namespace lockstep::mnt
