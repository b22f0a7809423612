#pragma once

#include <linux/bpf.h>

#include <vector>

#include "07-cgroup/folder.hpp"
#include "common/oci/config.hpp"

/// Lesson 07: which devices may be opened or made. A node is only a number with a name: who can make
/// nodes (root without a user namespace of its own) can make the disk's. So the kernel is told which
/// numbers are this container's, and asks at open(2) and mknod(2): v1 has a list of them, v2 asks a
/// program of ours.
namespace lockstep::cgroup {

/// Whether the rule is about every device and all that can be done with it.
bool is_about_all(const oci::DeviceRule& rule);

/// `devices`, and, unless they allow all that they don't deny, behind them what every container is given, as runc does: nodes of any number may
/// be made; null, zero, full, random, urandom, tty, ptmx and the pseudo-terminals may be opened.
/// What no rule is about is denied.
std::vector<oci::DeviceRule> all_rules(const std::vector<oci::DeviceRule>& devices);

/// Tells the kernel. Where the cgroups are delegated to an ordinary user nothing is done: nobody in
/// there can make a node.
/// Order: before the first process is in it.
/// Break it: as root with `--userns host --device-cgroup-rule 'a *:* rwm'`: `mknod /dev/x b 7 0`, and
/// read the host's loop device.
/// See: bpf(2); the kernel's cgroup-v1/devices.rst, cgroup-v2.rst, "Device controller"
void filter_devices(const std::vector<oci::DeviceRule>& devices, const Folders& folders);

/// Says so where a container whose root can make nodes is to have no cgroup, and so no such rules.
void tell_if_none_is_denied(const oci::Config& config);

/// The program for v2: for each bit of what is wanted (read, write, mknod) the last rule about that
/// device decides.
std::vector<bpf_insn> device_program(const std::vector<oci::DeviceRule>& rules);

}  // namespace lockstep::cgroup
