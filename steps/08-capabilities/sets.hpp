#pragma once

#include <cstdint>

#include "common/oci/config.hpp"

/// Lesson 08: which capabilities.
namespace lockstep::caps {

/// What a container is given unless it is said otherwise: docker's 14.
uint64_t default_set();

/// All that this kernel knows, and that has a name here.
uint64_t all();

/// `process.capabilities`; none where it isn't there, as runc has it.
oci::Capabilities wanted(const oci::Process& process);

/// What of it the caller, who is the process's user by now, can have. What it hasn't got itself it can't
/// keep, and what the kernel doesn't know nobody has. For who isn't root the permitted and the effective
/// set are what execve(2) would leave of them anyway, the ambient one: so what is still to be done before
/// it (working directory, looking for the program) is done with no more power than the program will have.
oci::Capabilities granted(const oci::Process& process);

/// On the host: says in one line what of the sets can't be granted, as the runtime-spec wants it.
/// See: config.md, "Linux Process", capabilities
void say_what_is_left_out(const oci::Config& config);

}  // namespace lockstep::caps
