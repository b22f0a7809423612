#pragma once

#include <cstdint>

#include "common/cli/options.hpp"
#include "common/oci/config.hpp"

/// Lesson 02: System V IPC and POSIX message queues.
///
/// Shared memory segments, semaphores and message queues have keys and numbers of their own,
/// outside the file tree and outside of PIDs: who knows the number can attach. CLONE_NEWIPC gives
/// the container an empty set of them (and, from lesson 03 on, its own /dev/mqueue); they vanish
/// with its last process.
///
/// Break it: `--ipc host`, then `ipcs -m` inside and outside.
/// See: ipc_namespaces(7), sysvipc(7), mq_overview(7)
namespace lockstep::ipc {

/// CLONE_NEWIPC, unless `--ipc host` (an annotation) asked to share the host's.
uint64_t new_namespace(const oci::Config& config);

/// Asks for the host's.
void share_with_host(oci::Config& config);

/// `--ipc private|host`
void options(cli::Options& options, oci::Config& config);

}  // namespace lockstep::ipc
