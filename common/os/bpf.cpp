#include "common/os/bpf.hpp"

#include <linux/bpf.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "common/os/call.hpp"

namespace lockstep::sys {
namespace {

long bpf(bpf_cmd command, bpf_attr& attributes) {
  return ::syscall(SYS_bpf, command, &attributes, sizeof attributes);
}

std::string bpf_hint(int code) {
  if (code == EPERM)
    return "it takes CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN, in the initial user namespace; "
           "before kernel 5.11 also enough of `ulimit -l`";
  if (code == EINVAL || code == ENOSYS)
    return "the kernel was built without CONFIG_BPF_SYSCALL or CONFIG_CGROUP_BPF";
  return "";
}

void raise_locked_memory() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return;
  const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
  const rlimit own{limit.rlim_max, limit.rlim_max};
  if (::setrlimit(RLIMIT_MEMLOCK, &all) != 0 && ::setrlimit(RLIMIT_MEMLOCK, &own) != 0)
    throw SysError(errno, "setrlimit(RLIMIT_MEMLOCK)");
}

}  // namespace

Fd load_device_program(const std::vector<bpf_insn>& program, Why why) {
  static constexpr char kLicense[] = "Apache-2.0";
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.insn_cnt = static_cast<uint32_t>(program.size());
  attributes.insns = reinterpret_cast<uintptr_t>(program.data());
  attributes.license = reinterpret_cast<uintptr_t>(kLicense);
  const auto load = [&] {
    return call(
        why,
        [&] {
          return fmt::format("bpf(BPF_PROG_LOAD, {{BPF_PROG_TYPE_CGROUP_DEVICE, {} instructions}})",
                             program.size());
        },
        [&] { return bpf(BPF_PROG_LOAD, attributes); }, bpf_hint);
  };
  try {
    return Fd(static_cast<int>(load()));  // always close-on-exec
  } catch (const SysError& error) {
    if (error.code() != EPERM) throw;
    raise_locked_memory();
    return Fd(static_cast<int>(load()));
  }
}

void attach_device_program(const Fd& cgroup, const std::string& name, const Fd& program, Why why) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.target_fd = static_cast<uint32_t>(cgroup.get());
  attributes.attach_bpf_fd = static_cast<uint32_t>(program.get());
  attributes.attach_type = BPF_CGROUP_DEVICE;
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  call(
      why,
      [&] {
        return fmt::format("bpf(BPF_PROG_ATTACH, {{{}, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI}})",
                           quoted(name));
      },
      [&] { return bpf(BPF_PROG_ATTACH, attributes); }, bpf_hint);
}

std::optional<Fd> pinned_program(const std::string& path, Why why) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.pathname = reinterpret_cast<uintptr_t>(path.c_str());
  long found = -1;
  const int code = call_for_answer(
      why, {ENOENT, EPERM, EACCES},
      [&] { return fmt::format("bpf(BPF_OBJ_GET, {})", quoted(path)); },
      [&] { return found = bpf(BPF_OBJ_GET, attributes); });
  if (code != 0) return std::nullopt;
  return Fd(static_cast<int>(found));
}

void pin_program(const Fd& program, const std::string& path, Why why) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.pathname = reinterpret_cast<uintptr_t>(path.c_str());
  attributes.bpf_fd = static_cast<uint32_t>(program.get());
  call_for_answer(
      why,
      {EEXIST, ENOENT, ENOSPC, EPERM, EACCES},  // somebody else has, or there is no place for it
      [&] { return fmt::format("bpf(BPF_OBJ_PIN, {})", quoted(path)); },
      [&] { return bpf(BPF_OBJ_PIN, attributes); });
}

}  // namespace lockstep::sys
