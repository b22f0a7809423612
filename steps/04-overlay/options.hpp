#pragma once

#include "common/cli/options.hpp"
#include "common/oci/config.hpp"

/// Lesson 04's part of the command line.
namespace lockstep::overlay {

/// For `run`: IMAGE, the first word behind the options unless something else (--rootfs, --bundle)
/// has given a rootfs, and --entrypoint. The image's settings become the config's, except where the
/// command line has others; `config.id` must be known when the words are taken.
///
/// To be added after lesson 03's: a volume of the command line's takes the place of an image's.
void options(cli::Options& options, oci::Config& config);

}  // namespace lockstep::overlay
