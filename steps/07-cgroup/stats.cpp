// Counters as people read them.
#include "07-cgroup/stats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/os/json_text.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

constexpr const char* kUnknown = "--";

/// The number in the largest of the units in which it is at least 1; `full` is where the next one
/// begins, so that rounding doesn't write "1000kB".
template <size_t Count>
std::string with_unit(uint64_t bytes, double base, double full, int digits,
                      const std::array<const char*, Count>& units) {
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= full && unit + 1 < Count; ++unit) value /= base;
  return fmt::format("{:.{}g}{}", value, digits, units[unit]);
}

std::string percent(double share) { return fmt::format("{:.2f}%", share * 100); }

std::string cpu_words(const Sample* before, const Sample& now) {
  if (before == nullptr || !before->counters.cpu || !now.counters.cpu) return kUnknown;
  const std::chrono::nanoseconds passed = now.time - before->time;
  const uint64_t then = before->counters.cpu->total;
  const uint64_t total = now.counters.cpu->total;
  if (passed.count() <= 0 || total < then) return kUnknown;
  return percent(static_cast<double>(total - then) / static_cast<double>(passed.count()));
}

/// Without the cache that the kernel would give away first: that is not what a limit ends for.
void set_memory_words(Stats& stats, const MemoryCounters& memory, uint64_t machine) {
  const uint64_t all = memory.usage.usage;
  const uint64_t used = all - std::min(all, memory.inactive_file);
  const uint64_t limit = std::min(memory.usage.limit, machine);
  stats.memory = fmt::format("{} / {}", binary_size(used), binary_size(limit));
  if (limit > 0)
    stats.memory_share = percent(static_cast<double>(used) / static_cast<double>(limit));
}

std::string disk_words(const IoCounters& io) {
  uint64_t read = 0;
  uint64_t written = 0;
  for (const IoCount& count : io.bytes) {
    if (count.operation == "Read") read += count.value;
    if (count.operation == "Write") written += count.value;
  }
  return fmt::format("{} / {}", decimal_size(read), decimal_size(written));
}

std::string network_words(const std::vector<Interface>& interfaces) {
  uint64_t received = 0;
  uint64_t sent = 0;
  for (const Interface& link : interfaces) {
    received += link.rx_bytes;
    sent += link.tx_bytes;
  }
  return fmt::format("{} / {}", decimal_size(received), decimal_size(sent));
}

}  // namespace

std::string binary_size(uint64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  return with_unit(bytes, 1024, 1023.5, 4, kUnits);
}

std::string decimal_size(uint64_t bytes) {
  constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  return with_unit(bytes, 1000, 999.5, 3, kUnits);
}

uint64_t machine_memory_of(const std::string& meminfo) {
  for (const std::string& line : split(meminfo, '\n')) {
    const auto words = fields(line);
    if (words.size() >= 2 && words[0] == "MemTotal:")
      return parse_number<uint64_t>(words[1]).value_or(0) * 1024;
  }
  return kNoLimit;
}

Stats stats_of(const std::string& id, const Sample* before, const Sample& now,
               uint64_t machine_memory) {
  const Counters& counters = now.counters;
  const std::string two = fmt::format("{0} / {0}", kUnknown);
  Stats stats{id, cpu_words(before, now), two, kUnknown, two, two, kUnknown};
  if (counters.memory) set_memory_words(stats, *counters.memory, machine_memory);
  if (counters.interfaces) stats.network = network_words(*counters.interfaces);
  if (counters.io) stats.disk = disk_words(*counters.io);
  if (counters.pids) stats.pids = std::to_string(counters.pids->current);
  return stats;
}

std::vector<std::vector<std::string>> rows_of(const std::vector<Stats>& all) {
  std::vector<std::vector<std::string>> rows = {
      {"ID", "CPU %", "MEM USAGE / LIMIT", "MEM %", "NET I/O", "BLOCK I/O", "PIDS"}};
  for (const Stats& one : all)
    rows.push_back(
        {one.id, one.cpu, one.memory, one.memory_share, one.network, one.disk, one.pids});
  return rows;
}

std::string json_line(const Stats& stats) {
  return fmt::format(R"({{"BlockIO":{},"CPUPerc":{},"Container":{},"ID":{},"MemPerc":{},)"
                     R"("MemUsage":{},"Name":{},"NetIO":{},"PIDs":{}}})"
                     "\n",
                     json_quoted(stats.disk), json_quoted(stats.cpu), json_quoted(stats.id),
                     json_quoted(stats.id), json_quoted(stats.memory_share),
                     json_quoted(stats.memory), json_quoted(stats.id), json_quoted(stats.network),
                     json_quoted(stats.pids));
}

}  // namespace lockstep::cgroup
