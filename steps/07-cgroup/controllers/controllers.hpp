#pragma once

#include "07-cgroup/folder.hpp"
#include "common/oci/resources.hpp"

/// Lesson 07: the controllers, each in one place, for both versions' files. All throw Error if the
/// controller can't be had, SysError with the file and the value that the kernel refused; what isn't
/// asked for stays as it is. See: the runtime-spec's config-linux.md, "Control groups"
namespace lockstep::cgroup {

/// All of those below, and no device rules (device_filter.hpp).
void set_limits(const oci::Resources& resources, const Folders& folders);

void set_cpu(const oci::CpuLimits& cpu, const Folders& folders);
/// Which CPUs and memory nodes (`cpus`, `mems`). Order: before the first process comes in: v1 lets
/// none into a cpuset without CPUs.
void set_cpuset(const oci::CpuLimits& cpu, const Folders& folders);
void set_memory(const oci::MemoryLimits& memory, const Folders& folders);
void set_pids(const oci::PidsLimit& pids, const Folders& folders);
void set_io(const oci::BlockIo& io, const Folders& folders);
void set_hugepages(const std::vector<oci::HugepageLimit>& limits, const Folders& folders);
/// v1 only: marks and priorities of packets.
void set_network(const oci::NetworkLimits& network, const Folders& folders);
void set_rdma(const std::map<std::string, oci::RdmaLimit>& rdma, const Folders& folders);
/// v2 only: files as they are.
void set_unified(const std::map<std::string, std::string>& files, const Folders& folders);

/// v1's shares, 2 to 262144 with 1024 for who says nothing, as v2's weight, 1 to 10000 with 100.
int64_t weight_of_shares(int64_t shares);
/// v1's block I/O weight, 10 to 1000, as v2's io.weight, 1 to 10000.
int64_t io_weight(int64_t blkio_weight);
/// v2's limit of swap alone, of what the spec counts together with memory.
int64_t swap_alone(const oci::MemoryLimits& memory);

}  // namespace lockstep::cgroup
