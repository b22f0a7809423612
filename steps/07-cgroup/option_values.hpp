#pragma once

#include <cstdint>
#include <string>

#include "common/cli/options.hpp"
#include "common/oci/resources.hpp"

namespace lockstep::cgroup {

/// "64m" in bytes. Throws UsageError that names the option.
int64_t bytes(const std::string& option, const std::string& text);

/// Throws UsageError that names the option and the range.
int64_t number(const std::string& option, const std::string& text, int64_t min, int64_t max);

/// --blkio-weight, --device-read-bps and their kin, of which most name a disk.
void io_options(cli::Options& options, oci::BlockIo& io);

}  // namespace lockstep::cgroup
