// The limits on the command line, with docker's names.
#include <fcntl.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "07-cgroup/layout.hpp"
#include "07-cgroup/option_values.hpp"
#include "07-cgroup/options.hpp"
#include "common/os/files.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

constexpr int64_t kPeriod = 100'000;  // microseconds: the kernel's default, and docker's
constexpr int64_t kNano = 1'000'000'000;

/// "1.5" in billionths.
int64_t billionths(const std::string& text) {
  const size_t point = std::min(text.find('.'), text.size());
  std::string fraction = point == text.size() ? "" : text.substr(point + 1);
  const bool fits = fraction.size() <= 9 && !(point == 0 && fraction.empty());
  fraction.resize(9, '0');
  const auto whole = point == 0 ? 0 : parse_number<uint32_t>(text.substr(0, point)).value_or(~0U);
  const auto part = parse_number<uint32_t>(fraction);
  constexpr uint32_t kMost = 100'000;
  const int64_t value = whole < kMost && part ? int64_t{whole} * kNano + *part : 0;
  if (fits && value >= kNano / 100) return value;
  throw cli::UsageError(fmt::format(
      "--cpus: expected a number of CPUs from 0.01 on, such as 1.5, got {}", quoted(text)));
}

std::string list_of_numbers(const std::string& option, const std::string& text) {
  const bool fits = !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0 &&
                    std::isdigit(static_cast<unsigned char>(text.back())) != 0 &&
                    text.find_first_not_of("0123456789,-") == std::string::npos &&
                    text.find(",,") == std::string::npos && text.find("--") == std::string::npos;
  if (fits) return text;
  throw cli::UsageError(fmt::format(
      "{}: expected a list of numbers and ranges, such as 0-2,5, got {}", option, quoted(text)));
}

/// Whether this machine keeps accounts of swap, so that it can be limited.
bool accounts_for_swap() {
  for (const Hierarchy& hierarchy : hierarchies()) {
    for (const std::string& name : hierarchy.controllers) {
      if (name != "memory") continue;
      return sys::open_if_there(hierarchy.folder(hierarchy.own).value_or(hierarchy.mount) +
                                    "/memory.memsw.limit_in_bytes",
                                O_PATH)
          .has_value();
    }
  }
  return sys::open_if_there("/proc/swaps", O_PATH).has_value();
}

/// As docker has it: memory alone means as much swap again.
void check_memory(oci::MemoryLimits& memory, bool changes) {
  const int64_t limit = memory.limit.value_or(0);
  const int64_t swap = memory.swap.value_or(0);
  if (swap > 0 && limit == 0 && !changes)
    throw cli::UsageError("--memory-swap: needs --memory: it is both together");
  if (swap > 0 && swap < limit)
    throw cli::UsageError("--memory-swap: is memory and swap together, so not less than --memory");
  if (memory.reservation.value_or(0) > limit && limit > 0)
    throw cli::UsageError("--memory-reservation: more than --memory would never be reached");
  if (memory.disable_oom_killer == true && limit <= 0 && !changes)
    throw cli::UsageError("--oom-kill-disable: needs --memory",
                          "without a limit of its own it is the machine that would stand still");
  if (limit > 0 && !changes && !memory.swap && limit <= INT64_MAX / 2 && accounts_for_swap())
    memory.swap = 2 * limit;
}

void memory_options(cli::Options& options, oci::MemoryLimits& memory) {
  options.value("m,memory", "SIZE", "how much memory (64m): beyond it processes are ended",
                [&](const std::string& text) { memory.limit = bytes("--memory", text); });
  options.value("memory-swap", "SIZE|-1", "memory and swap together (default: twice the memory)",
                [&](const std::string& text) {
                  memory.swap = text == "-1" ? -1 : bytes("--memory-swap", text);
                });
  options.value(
      "memory-reservation", "SIZE", "what it is pushed back to when memory is short",
      [&](const std::string& text) { memory.reservation = bytes("--memory-reservation", text); });
  options.value("memory-swappiness", "0-100", "how readily it is swapped out (cgroup v1)",
                [&](const std::string& text) {
                  memory.swappiness = number("--memory-swappiness", text, 0, 100);
                });
  options.flag("oom-kill-disable", "out of memory, its processes wait and don't end (cgroup v1)",
               [&] { memory.disable_oom_killer = true; });
}

void cpu_options(cli::Options& options, oci::CpuLimits& cpu, const std::shared_ptr<int64_t>& cpus) {
  options.value("cpus", "NUMBER", "how many CPUs' computing time (1.5)",
                [cpus](const std::string& text) { *cpus = billionths(text); });
  options.value(
      "c,cpu-shares", "WEIGHT", "its share when CPUs are busy (1024 is everybody's)",
      [&](const std::string& text) { cpu.shares = number("--cpu-shares", text, 2, 262'144); });
  options.value("cpu-period", "MICROSECONDS", "in each such period (default 100000) …",
                [&](const std::string& text) {
                  cpu.period = number("--cpu-period", text, 1'000, 1'000'000);
                });
  options.value("cpu-quota", "MICROSECONDS", "… it may compute so long, on all CPUs together",
                [&](const std::string& text) {
                  cpu.quota = text == "-1" ? -1 : number("--cpu-quota", text, 1'000, INT64_MAX);
                });
  options.value(
      "cpuset-cpus", "LIST", "the CPUs that it may use (0-2,5)",
      [&](const std::string& text) { cpu.cpus = list_of_numbers("--cpuset-cpus", text); });
  options.value(
      "cpuset-mems", "LIST", "the memory nodes that it may use",
      [&](const std::string& text) { cpu.mems = list_of_numbers("--cpuset-mems", text); });
}

void check_cpu(oci::CpuLimits& cpu, int64_t cpus) {
  if (cpus == 0) return;
  if (cpu.quota || cpu.period)
    throw cli::UsageError("--cpus: not with --cpu-quota or --cpu-period",
                          "it is both: a quota of so many periods");
  cpu.period = kPeriod;
  cpu.quota = cpus / (kNano / kPeriod);
}

}  // namespace

void limit_options(cli::Options& options, oci::Resources& resources, bool changes) {
  const auto cpus = std::make_shared<int64_t>(0);
  memory_options(options, resources.memory);
  cpu_options(options, resources.cpu, cpus);
  options.value("pids-limit", "NUMBER|-1", "how many processes and threads",
                [&](const std::string& text) {
                  const int64_t limit = number("--pids-limit", text, -1, INT64_MAX);
                  resources.pids.limit = limit == 0 ? -1 : limit;  // docker's "0: none"
                });
  io_options(options, resources.block_io);
  options.check([cpus, changes, &resources] {
    check_memory(resources.memory, changes);
    check_cpu(resources.cpu, *cpus);
  });
}

}  // namespace lockstep::cgroup
