#include "08-capabilities/sets.hpp"

#include <linux/capability.h>

#include <array>

#include "06-user/maps.hpp"
#include "common/os/capabilities.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::caps {
namespace {

constexpr std::array kDefault = {
    CAP_CHOWN,      CAP_DAC_OVERRIDE,     CAP_FSETID, CAP_FOWNER,     CAP_MKNOD,
    CAP_NET_RAW,    CAP_SETGID,           CAP_SETUID, CAP_SETFCAP,    CAP_SETPCAP,
    CAP_SYS_CHROOT, CAP_NET_BIND_SERVICE, CAP_KILL,   CAP_AUDIT_WRITE};

/// What root of this container could have: with users of its own, all that there is.
uint64_t available(const oci::Config& config) {
  return usr::has_own_users(config) ? all() : sys::capabilities().permitted;
}

}  // namespace

uint64_t default_set() {
  uint64_t set = 0;
  for (const int number : kDefault) set |= capability_bit(static_cast<unsigned>(number));
  return set;
}

uint64_t all() { return sys::known_capabilities(); }

oci::Capabilities wanted(const oci::Process& process) {
  return process.capabilities.value_or(oci::Capabilities{});
}

oci::Capabilities granted(const oci::Process& process) {
  oci::Capabilities sets = wanted(process);
  const uint64_t here = sys::capabilities().permitted;
  sets.permitted &= here;
  sets.inheritable &= sets.bounding & here;
  sets.ambient &= sets.permitted & sets.inheritable;
  if (process.user.uid != 0) sets.permitted = sets.effective = sets.ambient;
  sets.effective &= sets.permitted;
  return sets;
}

void say_what_is_left_out(const oci::Config& config) {
  const oci::Capabilities sets = wanted(config.process);
  const uint64_t asked = sets.bounding | sets.effective | sets.permitted | sets.inheritable;
  const uint64_t missing = asked & ~available(config);
  const uint64_t known = missing == 0 ? 0 : all();
  if (const uint64_t unknown = missing & ~known; unknown != 0)
    narrate::say(fmt::format("(left out, for this kernel doesn't know them: {})",
                             words::capabilities(unknown)));
  if (const uint64_t denied = missing & known; denied != 0)
    narrate::say(fmt::format("(left out, for this process hasn't got them to give: {})",
                             words::capabilities(denied)));
  if (const uint64_t powerless = sets.effective & ~sets.permitted & ~missing; powerless != 0)
    narrate::say(fmt::format(
        "(left out of process.capabilities.effective, for they are not in permitted: {})",
        words::capabilities(powerless)));
  // To root it makes no difference: what is bounding, root gets.
  const uint64_t ambient = sets.ambient & ~(sets.permitted & sets.inheritable);
  if (ambient != 0 && config.process.user.uid != 0)
    narrate::say(
        fmt::format("(left out of process.capabilities.ambient, for they are not in "
                    "permitted and inheritable, too: {})",
                    words::capabilities(ambient)));
}

}  // namespace lockstep::caps
