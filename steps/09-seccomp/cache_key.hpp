#pragma once

#include <cstdint>
#include <string_view>

namespace lockstep::seccomp {

/// FNV-1a, eight bytes at a time: names files, and finds torn ones. It keeps nobody from anything.
uint64_t sum_of(std::string_view text);

}  // namespace lockstep::seccomp
