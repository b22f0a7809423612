#pragma once

#include "common/cli/program.hpp"

namespace lockstep::overlay {

/// `images [-q] [-f table|json]`
cli::Command images_command();

}  // namespace lockstep::overlay
