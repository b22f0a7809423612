// libseccomp at work: only here, and not when the result is known from before.
#include "09-seccomp/filter.hpp"

#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "09-seccomp/newer_calls.hpp"
#include "common/os/error.hpp"

namespace lockstep::seccomp {
namespace {

using Context = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

/// libseccomp's functions return the negative errno.
void must(int result, const std::string& what) {
  if (result < 0) throw SysError(-result, what);
}

scmp_compare operation(const std::string& name) {
  if (name == "SCMP_CMP_NE") return SCMP_CMP_NE;
  if (name == "SCMP_CMP_LT") return SCMP_CMP_LT;
  if (name == "SCMP_CMP_LE") return SCMP_CMP_LE;
  if (name == "SCMP_CMP_EQ") return SCMP_CMP_EQ;
  if (name == "SCMP_CMP_GE") return SCMP_CMP_GE;
  if (name == "SCMP_CMP_GT") return SCMP_CMP_GT;
  if (name == "SCMP_CMP_MASKED_EQ") return SCMP_CMP_MASKED_EQ;
  throw Error(fmt::format("linux.seccomp: {} is no comparison", quoted(name)));
}

using Comparisons = std::vector<scmp_arg_cmp>;

/// All comparisons must be true. But where two are about one argument libseccomp can't have both in a
/// rule, and engines mean "one of them", as runc has it: then each becomes a rule.
std::vector<Comparisons> rules_of(const std::vector<oci::SeccompArg>& args) {
  Comparisons all;
  bool twice = false;
  for (const oci::SeccompArg& arg : args) {
    for (const scmp_arg_cmp& other : all) twice = twice || other.arg == arg.index;
    all.push_back({arg.index, operation(arg.op), arg.value, arg.value_two});
  }
  if (!twice) return {all};
  std::vector<Comparisons> each;
  for (const scmp_arg_cmp& one : all) each.push_back({one});
  return each;
}

void add_rule(scmp_filter_ctx context, const oci::SyscallRule& rule, size_t number,
              uint32_t answer) {
  const std::vector<Comparisons> alternatives = rules_of(rule.args);
  for (const std::string& name : rule.names) {
    const int call = ::seccomp_syscall_resolve_name(name.c_str());
    if (call == __NR_SCMP_ERROR) continue;  // of another architecture, or newer (newer_calls.hpp)
    for (const Comparisons& all : alternatives) {
      const int result = ::seccomp_rule_add_array(context, answer, call,
                                                  static_cast<unsigned>(all.size()), all.data());
      must(result, fmt::format("linux.seccomp.syscalls[{}]: {}: seccomp_rule_add({})", number,
                               quoted(name), rule.action));
    }
  }
}

void add_architectures(scmp_filter_ctx context, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const int result = ::seccomp_arch_add(context, architecture(name));
    if (result != -EEXIST) must(result, fmt::format("seccomp_arch_add({})", name));
  }
}

Program exported(scmp_filter_ctx context) {
  const Fd file(::memfd_create("seccomp", MFD_CLOEXEC));
  if (!file) throw SysError(errno, "memfd_create(\"seccomp\")");
  must(::seccomp_export_bpf(context, file.get()), "seccomp_export_bpf()");
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw SysError(errno, "lseek(memfd)");
  const std::string bytes = read_all(file, "the filter");
  Program program(bytes.size() / sizeof(sock_filter));
  std::memcpy(program.data(), bytes.data(), program.size() * sizeof(sock_filter));
  return program;
}

}  // namespace

Program compile(const oci::Seccomp& profile) {
  constexpr size_t kMany = 32;  // from then on a tree of comparisons is faster than a list
  const uint32_t default_answer = action(profile.default_action, profile.default_errno_ret);
  const Context context(::seccomp_init(default_answer), ::seccomp_release);
  if (!context) throw Error(fmt::format("seccomp_init({})", profile.default_action));
  add_architectures(context.get(), profile.architectures);
  size_t calls = 0;
  for (size_t i = 0; i < profile.syscalls.size(); ++i) {
    const oci::SyscallRule& rule = profile.syscalls[i];
    const uint32_t answer = action(rule.action, rule.errno_ret);
    calls += rule.names.size();
    // libseccomp refuses rules that change nothing.
    if (answer != default_answer) add_rule(context.get(), rule, i, answer);
  }
  if (calls > kMany)
    must(::seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2),
         "seccomp_attr_set(SCMP_FLTATR_CTL_OPTIMIZE)");
  Program program = newer_calls(profile);
  const Program of_libseccomp = exported(context.get());
  program.insert(program.end(), of_libseccomp.begin(), of_libseccomp.end());
  if (program.size() > BPF_MAXINSNS)
    throw Error(fmt::format("linux.seccomp: the filter has {} instructions, the kernel takes {}",
                            program.size(), BPF_MAXINSNS),
                "fewer rules with args, or fewer architectures");
  return program;
}

Filter filter_of(const oci::Seccomp& profile) { return {compile(profile), flags_of(profile)}; }

}  // namespace lockstep::seccomp
