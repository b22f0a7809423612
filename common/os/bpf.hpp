#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/os/fd.hpp"
#include "common/os/why.hpp"

struct bpf_insn;

/// bpf(2): programs that the kernel asks.
namespace lockstep::sys {

/// BPF_PROG_LOAD of a program that decides about devices (BPF_PROG_TYPE_CGROUP_DEVICE). Before kernel
/// 5.11 programs count as locked memory: then that limit is raised once, as far as it may be.
Fd load_device_program(const std::vector<bpf_insn>& program, Why why = {});

/// BPF_PROG_ATTACH to an open cgroup of version 2, beside those that are there (BPF_F_ALLOW_MULTI): a
/// device is let through if all say yes.
void attach_device_program(const Fd& cgroup, const std::string& name, const Fd& program,
                           Why why = {});

/// BPF_OBJ_PIN and BPF_OBJ_GET: a program with a name in a file system of type "bpf" outlives who loaded
/// it. Nothing if there is none of this name; what can't be kept isn't kept.
std::optional<Fd> pinned_program(const std::string& path, Why why = {});
void pin_program(const Fd& program, const std::string& path, Why why = {});

}  // namespace lockstep::sys
