// The small controllers' counters, and all of them together.
#include "07-cgroup/counters/parse.hpp"
#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

/// The sizes of huge pages: "hugepages-2048kB" is "2MB" in the names of a cgroup's files.
std::vector<std::string> page_sizes(const Folder& folder) {
  std::vector<std::string> found;
  for (const char* size :
       {"64KB", "1MB", "2MB", "16MB", "32MB", "256MB", "512MB", "1GB", "2GB", "16GB"}) {
    const std::string file = folder.is_v2() ? ".current" : ".usage_in_bytes";
    if (folder.has(std::string("hugetlb.") + size + file)) found.emplace_back(size);
  }
  return found;
}

}  // namespace

std::optional<PidsCounters> read_pids(const Folders& folders) {
  const Folder* const folder = folders.find("pids");
  if (folder == nullptr) return std::nullopt;
  const uint64_t limit = count_in(*folder, "pids.max").value_or(kNoLimit);
  return PidsCounters{count_in(*folder, "pids.current").value_or(0), limit == kNoLimit ? 0 : limit};
}

std::optional<IoCounters> read_io(const Folders& folders) {
  IoCounters io;
  if (const Folder* const v1 = folders.find("blkio")) {
    const auto read = [&](const char* file) { return parse_io_v1(v1->read(file).value_or("")); };
    io.bytes = read("blkio.throttle.io_service_bytes_recursive");
    io.operations = read("blkio.throttle.io_serviced_recursive");
  } else if (const Folder* const v2 = folders.find("io")) {
    const std::string text = v2->read("io.stat").value_or("");
    io.bytes = parse_io_v2(text, "rbytes", "wbytes");
    io.operations = parse_io_v2(text, "rios", "wios");
  } else {
    return std::nullopt;
  }
  io.pressure = pressure_in(folders, "io.pressure");
  return io;
}

std::optional<CpusetCounters> read_cpuset(const Folders& folders) {
  const Folder* const folder = folders.find("cpuset");
  if (folder == nullptr) return std::nullopt;
  const char* const suffix = folder->is_v2() ? ".effective" : "";
  const auto set = [&](const char* name) {
    return parse_set(folder->read(std::string("cpuset.") + name + suffix).value_or(""));
  };
  CpusetCounters cpuset{set("cpus"), set("mems"), {}};
  for (const char* name : {"cpu_exclusive", "mem_hardwall", "mem_exclusive", "memory_migrate",
                           "memory_spread_page", "memory_spread_slab", "memory_pressure",
                           "sched_load_balance", "sched_relax_domain_level"}) {
    const auto text = folder->read(std::string("cpuset.") + name);
    if (const auto number = parse_number<int64_t>(text.value_or("")))
      cpuset.settings[name] = *number;
  }
  return cpuset;
}

std::map<std::string, Amount> read_hugetlb(const Folders& folders) {
  std::map<std::string, Amount> all;
  const Folder* const folder = folders.find("hugetlb");
  if (folder == nullptr) return all;
  for (const std::string& size : page_sizes(*folder)) {
    const std::string name = "hugetlb." + size;
    const auto count = [&](const char* file) { return count_in(*folder, name + file).value_or(0); };
    all[size] =
        folder->is_v2()
            ? Amount{count(".current"), 0, 0, of(counts_in(*folder, name + ".events"), "max")}
            : Amount{count(".usage_in_bytes"), count(".max_usage_in_bytes"), 0, count(".failcnt")};
  }
  return all;
}

std::optional<std::vector<Interface>> read_interfaces(pid_t pid) {
  if (proc::namespace_of(pid, "net") == proc::namespace_of(0, "net")) return std::nullopt;
  const auto text = proc::read_file(fmt::format("/proc/{}/net/dev", pid));
  return text ? std::optional(parse_interfaces(*text)) : std::nullopt;
}

std::optional<Counters> read_counters(const Folders& folders, pid_t pid) {
  try {
    return Counters{read_cpu(folders),   read_memory(folders), read_pids(folders),
                    read_io(folders),    read_cpuset(folders), read_hugetlb(folders),
                    read_interfaces(pid)};
  } catch (const SysError& error) {
    if (error.code() != ENODEV) throw;  // removed while one of its files was open
    return std::nullopt;
  }
}

}  // namespace lockstep::cgroup
