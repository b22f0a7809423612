#include "09-seccomp/newer_calls.hpp"

#include <linux/audit.h>
#include <linux/bpf_common.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <map>

#include "09-seccomp/filter.hpp"
#include "common/os/error.hpp"

namespace lockstep::seccomp {
namespace {

/// Since 5.1 a new call gets the same number on all architectures. These are newer than Debian 12's
/// libseccomp.
struct Newer {
  const char* name;
  uint32_t number;
};
constexpr std::array kNewer = {
    Newer{"cachestat", 451},         Newer{"fchmodat2", 452},
    Newer{"map_shadow_stack", 453},  Newer{"futex_wake", 454},
    Newer{"futex_wait", 455},        Newer{"futex_requeue", 456},
    Newer{"statmount", 457},         Newer{"listmount", 458},
    Newer{"lsm_get_self_attr", 459}, Newer{"lsm_set_self_attr", 460},
    Newer{"lsm_list_modules", 461},  Newer{"mseal", 462},
    Newer{"setxattrat", 463},        Newer{"getxattrat", 464},
    Newer{"listxattrat", 465},       Newer{"removexattrat", 466},
    Newer{"open_tree_attr", 467},    Newer{"file_getattr", 468},
    Newer{"file_setattr", 469},
};

constexpr uint32_t kX32 = 0x40000000;         // set in each number of that ABI's
constexpr uint32_t kArmPrivate = 0x000f0000;  // from here on: set_tls and its kin, of old
constexpr uint32_t kEnd = 0xffffffff;         // a jump to the end, until that is known

sock_filter statement(unsigned code, uint32_t k) { return {static_cast<uint16_t>(code), 0, 0, k}; }
sock_filter jump(unsigned code, uint32_t k, uint8_t if_true, uint8_t if_false) {
  return {static_cast<uint16_t>(BPF_JMP | BPF_K | code), if_true, if_false, k};
}
sock_filter to_the_end() { return statement(BPF_JMP | BPF_JA, kEnd); }

/// An ABI: what its calls' numbers begin with, and which architecture the kernel says it is.
struct Abi {
  uint32_t token;
  uint32_t base;
  uint32_t audit;
};

Abi abi(uint32_t token) {
  switch (token) {
    case SCMP_ARCH_X32:
      return {token, kX32, AUDIT_ARCH_X86_64};
    case SCMP_ARCH_MIPS:
    case SCMP_ARCH_MIPSEL:
      return {token, 4000, token};
    case SCMP_ARCH_MIPS64:
    case SCMP_ARCH_MIPSEL64:
      return {token, 5000, token};
    case SCMP_ARCH_MIPS64N32:
    case SCMP_ARCH_MIPSEL64N32:
      return {token, 6000, token};
    default:
      return {token, 0, token};
  }
}

const Newer* find_newer(const std::string& name) {
  if (::seccomp_syscall_resolve_name(name.c_str()) != __NR_SCMP_ERROR) return nullptr;
  const auto found = std::find_if(kNewer.begin(), kNewer.end(),
                                  [&](const Newer& one) { return name == one.name; });
  return found == kNewer.end() ? nullptr : &*found;
}

/// Neither answered by the filter itself nor refused.
bool leaves_open(const std::string& action) {
  return action == "SCMP_ACT_ALLOW" || action == "SCMP_ACT_LOG" || action == "SCMP_ACT_TRACE" ||
         action == oci::kNotify;
}

/// The newer calls that the profile names, and their answers.
std::map<uint32_t, uint32_t> answers(const oci::Seccomp& profile) {
  std::map<uint32_t, uint32_t> out;
  for (const oci::SyscallRule& rule : profile.syscalls) {
    for (const std::string& name : rule.names) {
      const Newer* const newer = find_newer(name);
      if (newer == nullptr) continue;
      if (rule.args.empty()) {
        out.emplace(newer->number, action(rule.action, rule.errno_ret));
      } else if (leaves_open(
                     profile.default_action)) {  // to leave such a rule out would allow more
        throw Error(
            fmt::format("linux.seccomp.syscalls: {}: libseccomp {}.{}.{} is too old to compare "
                        "its arguments",
                        quoted(name), SCMP_VER_MAJOR, SCMP_VER_MINOR, SCMP_VER_MICRO));
      }
    }
  }
  return out;
}

/// The newest call that the profile names.
uint32_t newest(const oci::Seccomp& profile, const Abi& abi,
                const std::map<uint32_t, uint32_t>& newer) {
  uint32_t most = newer.empty() ? 0 : abi.base + newer.rbegin()->first;
  for (const oci::SyscallRule& rule : profile.syscalls) {
    for (const std::string& name : rule.names) {
      const int number = ::seccomp_syscall_resolve_name_arch(abi.token, name.c_str());
      if (number < 0 || (abi.base == 0 && static_cast<uint32_t>(number) >= kArmPrivate)) continue;
      most = std::max(most, static_cast<uint32_t>(number));
    }
  }
  return most;
}

/// For one ABI, with the call's number loaded. Each path ends in an answer, or at the end.
Program judge(const oci::Seccomp& profile, const Abi& abi,
              const std::map<uint32_t, uint32_t>& newer) {
  Program out;
  for (const auto& [number, answer] : newer) {
    out.push_back(jump(BPF_JEQ, abi.base + number, 0, 1));
    out.push_back(statement(BPF_RET | BPF_K, answer));
  }
  if (leaves_open(profile.default_action)) {
    out.push_back(to_the_end());
    return out;
  }
  if (abi.token == SCMP_ARCH_ARM) {
    out.push_back(jump(BPF_JGE, kArmPrivate, 0, 1));
    out.push_back(to_the_end());
  }
  out.push_back(jump(BPF_JGT, newest(profile, abi, newer), 1, 0));
  out.push_back(to_the_end());
  out.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
  return out;
}

/// The machine's own, which libseccomp always adds, and those of the profile.
std::vector<Abi> abis(const oci::Seccomp& profile) {
  std::vector<Abi> out = {abi(::seccomp_arch_native())};
  for (const std::string& name : profile.architectures) {
    const uint32_t token = architecture(name);
    const bool is_new = std::none_of(out.begin(), out.end(),
                                     [&](const Abi& other) { return other.token == token; });
    if (is_new) out.push_back(abi(token));
  }
  return out;
}

}  // namespace

Program newer_calls(const oci::Seccomp& profile) {
  const std::map<uint32_t, uint32_t> newer = answers(profile);
  if (newer.empty() && leaves_open(profile.default_action)) return {};
  Program out;
  for (const Abi& one : abis(profile)) {
    const Program verdict = judge(profile, one, newer);
    Program part = {statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    if (one.audit == AUDIT_ARCH_X86_64) {  // both ABIs call themselves so: is it the other's?
      const bool x32 = one.token == SCMP_ARCH_X32;
      part.push_back(jump(BPF_JGE, kX32, x32 ? 1 : 0, x32 ? 0 : 1));
      part.push_back(statement(BPF_JMP | BPF_JA, static_cast<uint32_t>(verdict.size())));
    }
    part.insert(part.end(), verdict.begin(), verdict.end());
    out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
    out.push_back(jump(BPF_JEQ, one.audit, 1, 0));
    out.push_back(statement(BPF_JMP | BPF_JA, static_cast<uint32_t>(part.size())));
    out.insert(out.end(), part.begin(), part.end());
  }
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i].code == (BPF_JMP | BPF_JA) && out[i].k == kEnd)
      out[i].k = static_cast<uint32_t>(out.size() - i - 1);
  }
  return out;
}

}  // namespace lockstep::seccomp
