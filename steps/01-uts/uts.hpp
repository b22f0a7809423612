#pragma once

#include "common/cli/options.hpp"
#include "common/oci/config.hpp"

/// Lesson 01: a host name of the container's own.
namespace lockstep::uts {

/// Give the container its own host and domain name (`hostname` and `domainname` of the config;
/// empty: keep the host's).
///
/// Order: inside, after CLONE_NEWUTS; before CAP_SYS_ADMIN is dropped (lesson 08), which both calls
/// need.
/// Break it: remove CLONE_NEWUTS from container.cpp and run as root, in a VM.
/// Throws SysError: EINVAL for a name of more than 64 bytes.
/// See: uts_namespaces(7), sethostname(2), setdomainname(2); the runtime-spec's config.md,
/// "Hostname"
void set_names(const oci::Config& config);

/// `--hostname NAME`, `--domainname NAME`.
void options(cli::Options& options, oci::Config& config);

}  // namespace lockstep::uts
