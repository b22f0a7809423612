// The spec's words as numbers of the kernel's and of libseccomp's.
#include <linux/seccomp.h>
#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "09-seccomp/filter.hpp"
#include "common/os/error.hpp"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

namespace lockstep::seccomp {
namespace {

struct Architecture {
  const char* name;
  uint32_t token;
};

constexpr std::array kArchitectures = {
    Architecture{"SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64},
    Architecture{"SCMP_ARCH_ARM", SCMP_ARCH_ARM},
#ifdef SCMP_ARCH_LOONGARCH64
    Architecture{"SCMP_ARCH_LOONGARCH64", SCMP_ARCH_LOONGARCH64},
#endif
#ifdef SCMP_ARCH_M68K
    Architecture{"SCMP_ARCH_M68K", SCMP_ARCH_M68K},
#endif
    Architecture{"SCMP_ARCH_MIPS", SCMP_ARCH_MIPS},
    Architecture{"SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64},
    Architecture{"SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32},
    Architecture{"SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL},
    Architecture{"SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64},
    Architecture{"SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32},
    Architecture{"SCMP_ARCH_PARISC", SCMP_ARCH_PARISC},
    Architecture{"SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64},
    Architecture{"SCMP_ARCH_PPC", SCMP_ARCH_PPC},
    Architecture{"SCMP_ARCH_PPC64", SCMP_ARCH_PPC64},
    Architecture{"SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE},
    Architecture{"SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64},
    Architecture{"SCMP_ARCH_S390", SCMP_ARCH_S390},
    Architecture{"SCMP_ARCH_S390X", SCMP_ARCH_S390X},
#ifdef SCMP_ARCH_SH
    Architecture{"SCMP_ARCH_SH", SCMP_ARCH_SH},
    Architecture{"SCMP_ARCH_SHEB", SCMP_ARCH_SHEB},
#endif
    Architecture{"SCMP_ARCH_X32", SCMP_ARCH_X32},
    Architecture{"SCMP_ARCH_X86", SCMP_ARCH_X86},
    Architecture{"SCMP_ARCH_X86_64", SCMP_ARCH_X86_64},
};

struct Flag {
  const char* name;
  unsigned long bit;
};
constexpr std::array kFlags = {
    Flag{"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
    Flag{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
    Flag{"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
    Flag{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV},
};

}  // namespace

uint32_t architecture(const std::string& name) {
  const auto found = std::find_if(kArchitectures.begin(), kArchitectures.end(),
                                  [&](const Architecture& one) { return name == one.name; });
  if (found == kArchitectures.end())
    throw Error(fmt::format("linux.seccomp.architectures: {}: not known to libseccomp {}.{}.{}",
                            quoted(name), SCMP_VER_MAJOR, SCMP_VER_MINOR, SCMP_VER_MICRO),
                fmt::format("`{}` lists those that are", "features"));
  return found->token;
}

std::vector<std::string> known_architectures() {
  std::vector<std::string> names;
  names.reserve(kArchitectures.size());
  for (const Architecture& one : kArchitectures) names.emplace_back(one.name);
  return names;
}

uint32_t action(const std::string& name, std::optional<unsigned> errno_ret) {
  if (name == "SCMP_ACT_ALLOW") return SCMP_ACT_ALLOW;
  if (name == "SCMP_ACT_ERRNO") return SCMP_ACT_ERRNO(errno_ret.value_or(EPERM));
  if (name == "SCMP_ACT_KILL" || name == "SCMP_ACT_KILL_THREAD") return SCMP_ACT_KILL_THREAD;
  if (name == "SCMP_ACT_KILL_PROCESS") return SCMP_ACT_KILL_PROCESS;
  if (name == "SCMP_ACT_LOG") return SCMP_ACT_LOG;
  if (name == "SCMP_ACT_NOTIFY") return SCMP_ACT_NOTIFY;
  if (name == "SCMP_ACT_TRACE") return SCMP_ACT_TRACE(errno_ret.value_or(EPERM));
  if (name == "SCMP_ACT_TRAP") return SCMP_ACT_TRAP;
  throw Error(fmt::format("linux.seccomp: {} is no action", quoted(name)));
}

unsigned flags_of(const oci::Seccomp& profile) {
  unsigned long bits = profile.flags ? 0 : SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  for (const std::string& name : profile.flags.value_or(std::vector<std::string>{})) {
    for (const Flag& flag : kFlags) bits |= name == flag.name ? flag.bit : 0;
  }
  if (!oci::notifies(
          profile)) {  // it is about those who are asked: without them the kernel refuses
    return static_cast<unsigned>(bits & ~SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
  }
  bits |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
  // Both would return something, a descriptor and a thread's number: it has to be said which.
  if ((bits & SECCOMP_FILTER_FLAG_TSYNC) != 0) bits |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
  return static_cast<unsigned>(bits);
}

}  // namespace lockstep::seccomp
