// Lesson 08: root without root's powers.
//
// The container's root may take a mask off /proc/keys, or make a read-only volume writable: it is root,
// if only in there. What root may do is cut into some forty capabilities, numbered from 0 on, and it is
// they that the kernel asks for: CAP_SYS_ADMIN for mount(2), CAP_KILL to signal others' processes. A
// process has five sets of them, masks of one bit each, which /proc/PID/status shows:
//
//     CapEff  effective     what it may do right now
//     CapPrm  permitted     what it may put into the effective set
//     CapInh  inheritable   what execve(2) gives on to programs whose file asks for it
//     CapBnd  bounding      what execve can give at all: not to be won back, by nobody below
//     CapAmb  ambient       what a program gets although its user isn't root
//
// On execve root gets all that is bounding, others what is ambient. So the order is:
//
//     1. prctl(PR_CAPBSET_DROP), for each that isn't kept      while CAP_SETPCAP is there
//     2. prctl(PR_SET_KEEPCAPS), setgroups, setresgid, setresuid          (lesson 06)
//     3. capset(effective, permitted, inheritable)             the powers of 1 and 2 go
//     4. prctl(PR_CAP_AMBIENT_RAISE)                           must be permitted and inheritable
//     5. prctl(PR_SET_NO_NEW_PRIVS)                            set-uid files are ordinary ones now
//     6. execve
//
// A container that nobody gave more is left 14 of them (sets.cpp), with which its root can install
// programs, change users and listen on port 80, and not mount, trace, load modules or set the clock. The
// inheritable set stays empty: filled, it would hand them to files that ask (CVE-2022-29162).

#include "08-capabilities/capabilities.hpp"

#include "08-capabilities/sets.hpp"
#include "common/os/capabilities.hpp"

namespace lockstep::caps {

// The last argument of a sys:: call is its reason, which --explain prints.

void set_bounds(const oci::Process& process) {
  const uint64_t given_up = sys::bounding_set() & ~wanted(process).bounding;  // sets.cpp
  for (unsigned number = 0; given_up >> number != 0; ++number) {
    if ((given_up & capability_bit(number)) != 0)
      sys::drop_from_bounding_set(number, "no program in there can ever have it again");
  }
  if (process.user.uid != 0)
    sys::keep_capabilities("else the change of users would take the permitted ones, all at once");
}

void set_capabilities(const oci::Process& process) {
  const oci::Capabilities sets = granted(process);  // sets.cpp
  sys::set_capabilities({sets.effective, sets.permitted, sets.inheritable},
                        "what is left of root's powers: none can be added from here on");
  for (unsigned number = 0; sets.ambient >> number != 0; ++number) {
    if ((sets.ambient & capability_bit(number)) != 0)
      sys::raise_ambient(number, "its user isn't root, and yet its program gets this one");
  }
  if (process.no_new_privileges)
    sys::set_no_new_privileges("no execve from here on gives more: not by set-uid, not by a file");
}

}  // namespace lockstep::caps
