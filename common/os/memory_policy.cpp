#include "common/os/memory_policy.hpp"

#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/os/call.hpp"

namespace lockstep {
namespace {

struct Named {
  const char* name;
  int number;
};

/// By number where a header may be older than the name.
constexpr std::array kModes = {Named{"MPOL_DEFAULT", 0},
                               Named{"MPOL_PREFERRED", 1},
                               Named{"MPOL_BIND", 2},
                               Named{"MPOL_INTERLEAVE", 3},
                               Named{"MPOL_LOCAL", 4},
                               Named{"MPOL_PREFERRED_MANY", 5},
                               Named{"MPOL_WEIGHTED_INTERLEAVE", 6}};

constexpr std::array kFlags = {Named{"MPOL_F_STATIC_NODES", 1 << 15},
                               Named{"MPOL_F_RELATIVE_NODES", 1 << 14},
                               Named{"MPOL_F_NUMA_BALANCING", 1 << 13}};

template <size_t N>
std::optional<int> number_of(const std::array<Named, N>& names, std::string_view name) {
  for (const Named& named : names) {
    if (name == named.name) return named.number;
  }
  return std::nullopt;
}

template <size_t N>
std::vector<std::string> names_of(const std::array<Named, N>& names) {
  std::vector<std::string> out;
  out.reserve(N);
  for (const Named& named : names) out.emplace_back(named.name);
  return out;
}

std::string policy_hint(int code) {
  if (code == ENOSYS) return "this kernel was built without NUMA";
  if (code == EPERM) return "a sandbox that this runs in forbids the call";
  if (code != EINVAL) return "";
  return "this kernel doesn't know the mode, or not with these flags, or the nodes are none that "
         "this "
         "process may use: see Mems_allowed_list in /proc/self/status";
}

}  // namespace

namespace words {

std::optional<int> memory_policy(std::string_view name) { return number_of(kModes, name); }
std::optional<int> memory_policy_flag(std::string_view name) { return number_of(kFlags, name); }
std::vector<std::string> memory_policies() { return names_of(kModes); }
std::vector<std::string> memory_policy_flags() { return names_of(kFlags); }

}  // namespace words

namespace sys {

void set_memory_policy(const std::string& mode, const std::vector<std::string>& flags,
                       const std::vector<unsigned>& nodes, Why why) {
  constexpr unsigned kBits = 8 * sizeof(unsigned long);
  constexpr unsigned kNodes = 1024;
  std::array<unsigned long, kNodes / kBits> mask{};
  for (const unsigned node : nodes) mask.at(node / kBits) |= 1UL << (node % kBits);
  int number = words::memory_policy(mode).value();
  for (const std::string& flag : flags) number |= words::memory_policy_flag(flag).value();
  call(
      why,
      [&] {
        return fmt::format("set_mempolicy({}{}{}, [{}], {})", mode, flags.empty() ? "" : "|",
                           fmt::join(flags, "|"), fmt::join(nodes, ", "), kNodes + 1);
      },
      [&] {
        return ::syscall(SYS_set_mempolicy, number, nodes.empty() ? nullptr : mask.data(),
                         nodes.empty() ? 0UL : kNodes + 1UL);
      },
      policy_hint);
}

}  // namespace sys
}  // namespace lockstep
