#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "07-cgroup/counters/counters.hpp"

/// Lesson 07: counters as people read them, with docker's names, units and roundings.
namespace lockstep::cgroup {

/// A container's counters at one moment.
struct Sample {
  Counters counters;
  std::chrono::steady_clock::time_point time;
};

/// "--" stands for what isn't counted.
struct Stats {
  std::string id;
  std::string cpu;           // "12.34%": of one CPU, since the sample before
  std::string memory;        // "1.5MiB / 64MiB": what is used, and may be
  std::string memory_share;  // "2.34%"
  std::string network;       // "1.2kB / 650B": received / sent
  std::string disk;          // "4.1kB / 0B": read / written
  std::string pids;          // of processes and threads
};

/// `before` may be null: then nothing is known of the CPU. `machine_memory` is what a container without
/// a limit may use.
Stats stats_of(const std::string& id, const Sample* before, const Sample& now,
               uint64_t machine_memory);

/// The heading, and a row for each.
std::vector<std::vector<std::string>> rows_of(const std::vector<Stats>& all);
/// `docker stats --format json`'s line.
std::string json_line(const Stats& stats);

/// "1.5MiB": four digits, powers of 1024.
std::string binary_size(uint64_t bytes);
/// "1.5MB": three digits, powers of 1000.
std::string decimal_size(uint64_t bytes);
/// The machine's memory in bytes, of /proc/meminfo's text.
uint64_t machine_memory_of(const std::string& meminfo);

}  // namespace lockstep::cgroup
