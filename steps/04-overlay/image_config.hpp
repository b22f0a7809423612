#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/images/image.hpp"
#include "common/oci/config.hpp"

/// Lesson 04: what an image says about the process that is to run in it, as the runtime-spec's
/// config. The image is somebody else's, and so is all that it says.
/// See: the image-spec's config.md, conversion.md
namespace lockstep::overlay {

/// Throws Error unless this machine can run it: another system's or another processor's programs.
void check_platform(const images::Image& image);

/// Env, WorkingDir, User, StopSignal, ExposedPorts and Labels, the last three as annotations. What
/// the command line has set already stays: --workdir.
void apply_image(const images::Image& image, oci::Config& config);

/// What is to be run: Entrypoint with `command` behind it, or with Cmd where there is no command.
/// An `entrypoint` of the command line's takes the place of both ("": of Entrypoint by nothing).
/// Throws UsageError if nothing is left.
std::vector<std::string> command_of(const images::Image& image,
                                    const std::optional<std::string>& entrypoint,
                                    const std::vector<std::string>& command);

}  // namespace lockstep::overlay
