#pragma once

#include <string>
#include <vector>

#include "07-cgroup/counters/counters.hpp"

/// Lesson 07: how the kernel writes counters. A line that isn't what is expected is passed over: new
/// kernels add lines.
namespace lockstep::cgroup {

/// "12"; "max" is kNoLimit. Nothing for anything else.
std::optional<uint64_t> parse_count(const std::string& text);
/// Lines "KEY NUMBER": memory.stat, cpu.stat, memory.events.
std::map<std::string, uint64_t> parse_counts(const std::string& text);
/// "0-3,8": sets of CPUs and of memory nodes.
std::vector<unsigned> parse_set(const std::string& text);
/// Version 1's lines "8:0 Read 512", as blkio.throttle.io_service_bytes has them. What isn't of one
/// disk, and a disk's "Total", are left out.
std::vector<IoCount> parse_io_v1(const std::string& text);
/// Of version 2's lines "8:0 rbytes=512 wbytes=0 …" (io.stat) these two keys, as "Read" and "Write".
std::vector<IoCount> parse_io_v2(const std::string& text, const std::string& read,
                                 const std::string& write);
/// "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", and the same for "full".
Pressure parse_pressure(const std::string& text);
/// /proc/PID/net/dev, without `lo`.
std::vector<Interface> parse_interfaces(const std::string& text);

/// A file's number; nothing if there is no such file.
std::optional<uint64_t> count_in(const Folder& folder, const std::string& file);
/// A file's lines "KEY NUMBER"; none if there is no such file.
std::map<std::string, uint64_t> counts_in(const Folder& folder, const std::string& file);
/// The numbers in a file's one line.
std::vector<uint64_t> row_in(const Folder& folder, const std::string& file);
/// `FILE` ("memory.pressure") in version 2's folder; nothing if the kernel doesn't measure it.
std::optional<Pressure> pressure_in(const Folders& folders, const std::string& file);
/// The number behind `key`; 0 if it isn't there.
uint64_t of(const std::map<std::string, uint64_t>& counts, const std::string& key);

}  // namespace lockstep::cgroup
