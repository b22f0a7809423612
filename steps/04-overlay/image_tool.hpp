#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/os/fd.hpp"

namespace lockstep::overlay {

/// Where rootfs-fetch is, which gets images and writes them: beside this program, else on PATH.
/// Throws Error that begins with `what_for`.
std::string find_image_tool(const std::string& what_for);

/// What becomes of what it prints.
enum class Output : uint8_t { kOurs, kToErrors };

/// Runs it and returns its exit status, which is 0 or 1: then it has said why. It doesn't outlive
/// this program. Throws Error where it is killed.
int run_image_tool(const std::string& program, const std::vector<std::string>& words,
                   Output output);
/// The same; what it prints goes into `output`.
int run_image_tool(const std::string& program, const std::vector<std::string>& words,
                   const Fd& output);

}  // namespace lockstep::overlay
