#pragma once

#include <cstdint>
#include <memory>
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

/// A profile as text, of which nothing is read until somebody asks what is in it: with its hundreds of names
/// that takes longer than all else in a config, and who has made a filter of the very same text before
/// needs none of them. Copies share what was read.
class SeccompText {
 public:
  /// `text` is an object, `before` what stands before it in the document `name`: for errors.
  SeccompText(std::string text, std::string name, const std::string& before = "");
  SeccompText(Seccomp profile);  // NOLINT(google-explicit-constructor): it is one

  /// Throws Error that names the document and the place, if it is no profile.
  const Seccomp& operator*() const;
  const Seccomp* operator->() const { return &**this; }
  /// As JSON.
  const std::string& text() const;

 private:
  struct Content;
  std::shared_ptr<Content> content_;
};

/// Whether somebody on the host is asked about some calls: whoever listens at `listener_path`.
bool notifies(const Seccomp& seccomp);

}  // namespace lockstep::oci
