// The default profile: the tables of default_calls.cpp, and the calls of which it depends on their
// arguments.
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "09-seccomp/default_calls.hpp"
#include "09-seccomp/profile.hpp"
#include "common/os/text.hpp"

namespace lockstep::seccomp {
namespace {

constexpr const char* kAllow = "SCMP_ACT_ALLOW";
constexpr const char* kErrno = "SCMP_ACT_ERRNO";

/// Families of sockets. Left out are those that the kernel has dropped, and two doors that lead past the
/// network namespace: AF_VSOCK to virtual machines, and AF_ALG to the kernel's cryptography, in which
/// nothing is the container's own.
constexpr uint64_t kFirstDropped = AF_ROSE + 1;  // below: AF_UNIX, AF_INET, AF_INET6, …
constexpr std::array kFamilies = {AF_NETBEUI, AF_SECURITY, AF_KEY,    AF_NETLINK,    AF_PACKET,
                                  AF_ASH,     AF_RDS,      AF_SNA,    AF_PPPOX,      AF_LLC,
                                  AF_IB,      AF_MPLS,     AF_CAN,    AF_TIPC,       AF_BLUETOOTH,
                                  AF_IUCV,    AF_RXRPC,    AF_PHONET, AF_IEEE802154, AF_NFC,
                                  AF_KCM,     AF_QIPCRTR,  AF_SMC,    AF_XDP,        AF_MCTP};

/// personality(2): Linux, 32 bits, UNAME26, both, and the question what it is; not what turns the
/// randomised addresses off.
constexpr std::array<uint64_t, 5> kPersonalities = {0, 0x8, 0x20000, 0x20008, 0xffffffff};

constexpr uint64_t kNamespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                 CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

/// Which of clone(2)'s arguments its flags are.
#if defined(__s390__)
constexpr unsigned kCloneFlags = 1;
#else
constexpr unsigned kCloneFlags = 0;
#endif

/// Those that a kernel for this machine runs, too.
std::vector<std::string> architectures() {
#if defined(__x86_64__)
  return {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"};
#elif defined(__aarch64__)
  return {"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"};
#elif defined(__s390x__)
  return {"SCMP_ARCH_S390X", "SCMP_ARCH_S390"};
#else
  return {};
#endif
}

oci::SyscallRule allow_if(const char* call, const oci::SeccompArg& condition) {
  return {{call}, kAllow, std::nullopt, {condition}};
}

void add_conditions(std::vector<oci::SyscallRule>& rules) {
  rules.push_back(allow_if("socket", {0, kFirstDropped, 0, "SCMP_CMP_LT"}));
  for (const int family : kFamilies)
    rules.push_back(allow_if("socket", {0, static_cast<uint64_t>(family), 0, "SCMP_CMP_EQ"}));
  for (const uint64_t persona : kPersonalities)
    rules.push_back(allow_if("personality", {0, persona, 0, "SCMP_CMP_EQ"}));
}

/// A process and a thread may be made, a namespace may not. clone3(2) has its flags in memory, where no
/// filter sees them: so the kernel seems too old for it, and libraries take clone(2).
void add_clone(std::vector<oci::SyscallRule>& rules) {
  rules.push_back(allow_if("clone", {kCloneFlags, kNamespaces, 0, "SCMP_CMP_MASKED_EQ"}));
  rules.push_back({{"clone3"}, kErrno, ENOSYS, {}});
}

}  // namespace

oci::Seccomp default_profile(const std::vector<std::string>& capabilities) {
  const auto has = [&](const char* name) {
    return std::find(capabilities.begin(), capabilities.end(), name) != capabilities.end();
  };
  oci::Seccomp profile;
  profile.default_action = kErrno;
  profile.default_errno_ret = EPERM;
  profile.architectures = architectures();
  for (const Group& group : always_allowed())
    profile.syscalls.push_back({fields(group.calls), kAllow, std::nullopt});
  add_conditions(profile.syscalls);
  for (const Power& power : allowed_with_capability()) {
    if (has(power.capability))
      profile.syscalls.push_back({fields(power.calls), kAllow, std::nullopt});
  }
  if (!has("CAP_SYS_ADMIN")) add_clone(profile.syscalls);
  return profile;
}

}  // namespace lockstep::seccomp
