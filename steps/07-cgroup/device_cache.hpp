#pragma once

#include <functional>

#include "common/oci/resources.hpp"
#include "common/os/fd.hpp"

/// Lesson 07: device programs that were loaded before.
///
/// The kernel checks a program before it takes it, which is a good part of what making a cgroup of
/// version 2 takes. Most containers have the same rules: so the program gets a name in the file system
/// of such things, /sys/fs/bpf/lockstep, and is there for the next one, until the machine is turned
/// off. The name is the rules themselves, so it can't be mistaken for another; and the folder must be
/// root's, and writable for nobody else.
/// See: bpf(2), BPF_OBJ_PIN
namespace lockstep::cgroup {

/// The program that is kept for `rules`; else what `load` returns, which is kept then, if there is a
/// place for it.
Fd remembered(const std::vector<oci::DeviceRule>& rules, const std::function<Fd()>& load);

/// How many are kept at most: when there are more, all are dropped. A cgroup has its own hold of its.
constexpr size_t kMostPrograms = 64;

}  // namespace lockstep::cgroup
