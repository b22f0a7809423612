#pragma once

#include "05-network/wanted.hpp"
#include "common/oci/config.hpp"

/// Lesson 05: a network namespace that is there already: another container's, or one with a name
/// (`ip netns add NAME` makes /run/netns/NAME).
namespace lockstep::net {

/// CLONE_NEWNET if `linux.namespaces` has a network namespace without a path, else 0: the host's,
/// or the one that join() leads to.
uint64_t new_network(const oci::Config& config);

/// Annotation: "true" where somebody else takes the child there (lesson 09, with other namespaces).
constexpr const char* kJoinedAnnotation = "io.lockstep.network-joined";

/// On the host, before clone: the runtime itself goes to the namespace that `linux.namespaces` or
/// `--network container:ID` names, and the child is born there. (Once the child has a user
/// namespace of its own, lesson 06, it could not enter what belongs to another one.)
///
/// Throws Error if the container doesn't run; SysError if the file is no network namespace.
/// See: setns(2); the runtime-spec's config-linux.md, "Namespaces"
void join(const oci::Config& config, const Wanted& wanted);

}  // namespace lockstep::net
