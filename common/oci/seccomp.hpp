#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// `linux.seccomp` of the runtime-spec: which system calls may be made, and what becomes of the others.
/// See: config-linux.md, "Seccomp"; seccomp(2)
namespace lockstep::oci {

/// The action that asks somebody.
constexpr const char* kNotify = "SCMP_ACT_NOTIFY";

/// One of `args`: the argument `index` of the call, compared with `value`; for SCMP_CMP_MASKED_EQ
/// `value` is the mask, and `value_two` what must be left.
struct SeccompArg {
  unsigned index = 0;
  uint64_t value = 0;
  uint64_t value_two = 0;
  std::string op;
};

/// One of `syscalls`.
struct SyscallRule {
  std::vector<std::string> names;
  std::string action;
  std::optional<unsigned> errno_ret;
  std::vector<SeccompArg> args{};
};

struct Seccomp {
  std::string default_action;
  std::optional<unsigned> default_errno_ret;
  std::vector<std::string> architectures;  // beside the machine's own
  std::optional<std::vector<std::string>> flags;
  std::string listener_path;
  std::string listener_metadata;
  std::vector<SyscallRule> syscalls;
};

/// Whether somebody on the host is asked about some calls: whoever listens at `listener_path`.
bool notifies(const Seccomp& seccomp);

}  // namespace lockstep::oci
