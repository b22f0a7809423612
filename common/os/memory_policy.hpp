#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/os/why.hpp"

/// Which of the machine's memory nodes a process's memory comes from. See: set_mempolicy(2), numa(7)
namespace lockstep {

namespace words {

/// The number of "MPOL_BIND", the bit of "MPOL_F_STATIC_NODES"; and all such names.
std::optional<int> memory_policy(std::string_view name);
std::optional<int> memory_policy_flag(std::string_view name);
std::vector<std::string> memory_policies();
std::vector<std::string> memory_policy_flags();

}  // namespace words

namespace sys {

/// set_mempolicy(2), of the caller and of whom it forks. The mode and its flags by their names, each
/// of which must be one; `nodes` are numbers up to 1023.
void set_memory_policy(const std::string& mode, const std::vector<std::string>& flags,
                       const std::vector<unsigned>& nodes, Why why = {});

}  // namespace sys
}  // namespace lockstep
