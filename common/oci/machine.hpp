#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What `linux` of the runtime-spec says about the machine's clocks, memory nodes and caches. See:
/// config-linux.md
namespace lockstep::oci {

/// One of `linux.timeOffsets`: how much later it is on that clock inside. Before it, if negative.
struct TimeOffset {
  int64_t seconds = 0;
  uint32_t nanoseconds = 0;  // below a second, added
};

/// `linux.memoryPolicy`: set_mempolicy(2)'s words.
struct MemoryPolicy {
  std::string mode;   // "MPOL_BIND"
  std::string nodes;  // "0-3,7"
  std::vector<std::string> flags;
};

/// `linux.intelRdt`: shares of caches and of memory bandwidth, in resctrl's words.
struct IntelRdt {
  std::string clos_id;  // its folder there; empty: the container's ID, "/": that of all others
  std::string l3_cache_schema;
  std::string mem_bw_schema;
  std::vector<std::string> schemata;
  bool enable_monitoring = false;
};

}  // namespace lockstep::oci
