#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/os/why.hpp"

/// Capabilities: root's power, in parts that are numbered from 0 on. A set of them is a mask: bit N is
/// the capability N, as /proc/PID/status shows it. See: capabilities(7)
namespace lockstep {

namespace words {

/// "CAP_CHOWN"; "capability 63" for one without a name here.
std::string capability(unsigned number);
/// "CAP_CHOWN|CAP_KILL"; "0" for none.
std::string capabilities(uint64_t set);
/// The number of "CAP_CHOWN", written so; nothing if there is none of this name.
std::optional<unsigned> capability_number(std::string_view name);

}  // namespace words

constexpr uint64_t capability_bit(unsigned number) { return uint64_t{1} << number; }

namespace sys {

/// What a process has, but for the bounding and the ambient set.
struct Capabilities {
  uint64_t effective = 0;
  uint64_t permitted = 0;
  uint64_t inheritable = 0;
};

/// capget(2) and capset(2), of the caller.
Capabilities capabilities();
void set_capabilities(const Capabilities& sets, Why why = {});

/// prctl(PR_CAPBSET_READ), of each: the caller's bounding set, and all that the kernel knows. They throw
/// SysError if it doesn't say.
uint64_t bounding_set();
uint64_t known_capabilities();

/// prctl(PR_CAPBSET_DROP), which takes CAP_SETPCAP.
void drop_from_bounding_set(unsigned number, Why why = {});

/// prctl(PR_SET_KEEPCAPS): the permitted set outlives the change from root to another user.
void keep_capabilities(Why why = {});

/// prctl(PR_CAP_AMBIENT_RAISE): it must be permitted and inheritable already.
void raise_ambient(unsigned number, Why why = {});

/// prctl(PR_SET_NO_NEW_PRIVS).
void set_no_new_privileges(Why why = {});

}  // namespace sys
}  // namespace lockstep
