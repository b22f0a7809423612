#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// `linux.resources`: what a container may use of the machine. Numbers that the spec has as uint64
/// are int64_t here, without the negative ones: no kernel counts further. See: the runtime-spec's
/// config-linux.md, "Control groups"
namespace lockstep::oci {

/// One of `devices`: the later ones go before the earlier ones.
struct DeviceRule {
  bool allow = false;
  std::string type = "a";        // "a" (all), "c" or "b"
  std::optional<int64_t> major;  // not given: all
  std::optional<int64_t> minor;
  std::string access = "rwm";  // of them some: read, write, mknod
};

/// Bytes; -1: no limit.
struct MemoryLimits {
  std::optional<int64_t> limit;
  std::optional<int64_t> reservation;
  std::optional<int64_t> swap;  // memory and swap together
  std::optional<int64_t> kernel;
  std::optional<int64_t> kernel_tcp;
  std::optional<int64_t> swappiness;  // 0 to 100
  std::optional<bool> disable_oom_killer;
  std::optional<bool> use_hierarchy;
  std::optional<bool> check_before_update;
};

/// Times in microseconds.
struct CpuLimits {
  std::optional<int64_t> shares;
  std::optional<int64_t> quota;
  std::optional<int64_t> burst;
  std::optional<int64_t> period;
  std::optional<int64_t> realtime_runtime;
  std::optional<int64_t> realtime_period;
  std::optional<int64_t> idle;  // 0 or 1
  std::string cpus;             // "0-3,7"; empty: not given
  std::string mems;
};

struct PidsLimit {
  std::optional<int64_t> limit;  // -1: none
};

struct WeightDevice {
  int64_t major = 0;
  int64_t minor = 0;
  std::optional<int64_t> weight;
  std::optional<int64_t> leaf_weight;
};

/// Bytes or operations a second.
struct ThrottleDevice {
  int64_t major = 0;
  int64_t minor = 0;
  int64_t rate = 0;
};

struct BlockIo {
  std::optional<int64_t> weight;
  std::optional<int64_t> leaf_weight;
  std::vector<WeightDevice> weight_device;
  std::vector<ThrottleDevice> read_bps;
  std::vector<ThrottleDevice> write_bps;
  std::vector<ThrottleDevice> read_iops;
  std::vector<ThrottleDevice> write_iops;
};

struct HugepageLimit {
  std::string page_size;  // "2MB"
  int64_t limit = 0;      // bytes
};

struct InterfacePriority {
  std::string name;
  uint32_t priority = 0;
};

struct NetworkLimits {
  std::optional<uint32_t> class_id;
  std::vector<InterfacePriority> priorities;
};

struct RdmaLimit {
  std::optional<uint32_t> hca_handles;
  std::optional<uint32_t> hca_objects;
};

struct Resources {
  std::vector<DeviceRule> devices;
  MemoryLimits memory;
  CpuLimits cpu;
  PidsLimit pids;
  BlockIo block_io;
  std::vector<HugepageLimit> hugepage_limits;
  NetworkLimits network;
  std::map<std::string, RdmaLimit> rdma;       // by the device's name
  std::map<std::string, std::string> unified;  // cgroup v2's files, and what is written to them
};

}  // namespace lockstep::oci
