#include "07-cgroup/limit_hints.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "common/cli/program.hpp"
#include "common/os/borrowed_root.hpp"

namespace lockstep::cgroup {
namespace {

bool begins(const std::string& text, const char* with) { return text.starts_with(with); }

/// The file isn't there: the kernel lacks what it would set.
std::string missing_hint(const std::string& file) {
  if (begins(file, "memory.memsw") || begins(file, "memory.swap"))
    return "the kernel doesn't account for swap: boot it with swapaccount=1, or leave the limit of "
           "swap out";
  if (file.find("weight") != std::string::npos)
    return "weights take the BFQ scheduler or the io.cost controller, which this kernel lacks";
  if (begins(file, "cpu.rt_")) return "the kernel was built without CONFIG_RT_GROUP_SCHED";
  if (begins(file, "hugetlb"))
    return "the machine has no huge pages of this size: see `ls "
           "/sys/kernel/mm/hugepages`";
  return "this kernel has no such setting";
}

std::string cpuset_hint(const Folder& folder, const std::string& file) {
  // What the cgroup above has is all that can be given on.
  const std::string what = file == "cpuset.mems" ? "memory nodes" : "CPUs";
  for (const char* suffix : {".effective", ""}) {
    const Fd above(::openat(folder.fd().get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!above) break;
    const Folder parent(folder.hierarchy(), folder.path() + "/..", above.duplicate());
    if (const auto all = parent.read(file + suffix); all && !all->empty())
      return fmt::format("the {} that can be had here are {}", what, *all);
  }
  return fmt::format("there are no such {} here", what);
}

std::string invalid_hint(const Folder& folder, const std::string& file) {
  if (begins(file, "cpuset.cpus") || begins(file, "cpuset.mems")) return cpuset_hint(folder, file);
  if (begins(file, "cpu.cfs") || begins(file, "cpu.max"))
    return "a period is 1000 to 1000000 microseconds, a quota at least 1000, and no more of a CPU "
           "than the cgroup above has";
  if (begins(file, "cpu.rt_"))
    return "the cgroups above have no real-time budget to give on: see their cpu.rt_runtime_us";
  if (begins(file, "cpu.shares") || begins(file, "cpu.weight"))
    return "a group that is idle (cpu.idle) has no other weight";
  if (begins(file, "memory.memsw") || begins(file, "memory.limit"))
    return "memory and swap together (--memory-swap) can't be less than memory alone: set both";
  return "the kernel doesn't take this value: see its admin-guide/cgroup-v2.rst, or cgroup-v1/";
}

std::string of_devices(const std::string& file, int code) {
  if (!begins(file, "devices.") || code != EPERM) return "";
  return "the cgroup above doesn't allow it either: see its devices.list";
}

}  // namespace

std::string power_hint() {
  if (caller_uid() == 0)
    return fmt::format(
        "start it in a cgroup of its own: `systemd-run --scope -p Delegate=yes step{:02} …`; "
        "inside "
        "a container, that one has to be given a writable /sys/fs/cgroup",
        cli::lesson());
  return fmt::format(
      "run it as root, or in a cgroup of your own: `systemd-run --user --scope -p Delegate=yes "
      "step{:02} …` (without systemd: root makes a folder in /sys/fs/cgroup, chowns it and its "
      "cgroup.procs, cgroup.subtree_control and cgroup.threads to you, and moves your shell there)",
      cli::lesson());
}

std::string limit_hint(const Folder& folder, const std::string& file, int code) {
  if (std::string hint = of_devices(file, code); !hint.empty()) return hint;
  switch (code) {
    case ENOENT:
      return missing_hint(file);
    case EINVAL:
    case ERANGE:
    case ENOSPC:
      return invalid_hint(folder, file);
    case EBUSY:
      if (begins(file, "memory.")) return "more than that is in use already";
      return begins(file, "cgroup.subtree_control")
                 ? "a cgroup with processes of its own can't hand controllers on"
                 : "the cgroup is in use";
    case ENODEV:
    case ENXIO:
      return begins(file, "cgroup.") ? "the cgroup has been removed meanwhile"
                                     : "there is no such device, or it is no whole disk";
    case EACCES:
    case EPERM:
    case EROFS:
      return power_hint();
    default:
      return "";
  }
}

}  // namespace lockstep::cgroup
