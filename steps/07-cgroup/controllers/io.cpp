// The io controller, which v1 calls blkio: how much of the disks.
#include <fmt/format.h>

#include "07-cgroup/controllers/controllers.hpp"
#include "common/os/error.hpp"

namespace lockstep::cgroup {
namespace {

template <typename Device>
std::string number(const Device& device) {
  return fmt::format("{}:{}", device.major, device.minor);
}

/// The BFQ scheduler has files of its own, in both versions, and v1's range.
std::string weight_file(const Folder& folder) {
  const std::string name = folder.is_v2() ? "io" : "blkio";
  return folder.has(name + ".bfq.weight") ? name + ".bfq.weight" : name + ".weight";
}

bool is_bfq(const std::string& file) { return file.find(".bfq.") != std::string::npos; }

int64_t in_range_of(const Folder& folder, const std::string& file, int64_t weight) {
  return folder.is_v2() && !is_bfq(file) ? io_weight(weight) : weight;
}

/// CFQ's, which is gone since kernel 5.0, and with it the leaves' own weight.
void set_leaf_weights_v1(const oci::BlockIo& io, const Folder& folder) {
  if (io.leaf_weight) folder.write("blkio.leaf_weight", std::to_string(*io.leaf_weight));
  for (const oci::WeightDevice& device : io.weight_device) {
    if (device.leaf_weight)
      folder.write("blkio.leaf_weight_device",
                   fmt::format("{} {}", number(device), *device.leaf_weight));
  }
}

void refuse_leaf_weights_v2(const oci::BlockIo& io) {
  bool any = io.leaf_weight.has_value();
  for (const oci::WeightDevice& device : io.weight_device) any = any || device.leaf_weight;
  if (any)
    throw Error("linux.resources.blockIO: leafWeight: cgroup v2 has no such setting",
                "leave it out: in v2 a cgroup with cgroups below it has no processes");
}

void set_weights(const oci::BlockIo& io, const Folder& folder) {
  const std::string file = weight_file(folder);
  if (io.weight)
    folder.write(file, std::to_string(in_range_of(folder, file, *io.weight)),
                 "its share of a disk that others want, too");
  for (const oci::WeightDevice& device : io.weight_device) {
    if (!device.weight) continue;
    const std::string text =
        fmt::format("{} {}", number(device), in_range_of(folder, file, *device.weight));
    folder.write(folder.is_v2() ? file : file + "_device", text);
  }
  if (folder.is_v2()) return refuse_leaf_weights_v2(io);
  set_leaf_weights_v1(io, folder);
}

void set_throttles(const std::vector<oci::ThrottleDevice>& devices, const Folder& folder,
                   const char* v1_file, const char* v2_key) {
  for (const oci::ThrottleDevice& device : devices) {
    const std::string rate =
        folder.is_v2() && device.rate == 0 ? "max" : std::to_string(device.rate);
    const Why why = "no more than that in a second, however idle the disk is";
    if (folder.is_v2()) {
      folder.write("io.max", fmt::format("{} {}={}", number(device), v2_key, rate), why);
    } else {
      folder.write(v1_file, fmt::format("{} {}", number(device), rate), why);
    }
  }
}

}  // namespace

int64_t io_weight(int64_t blkio_weight) { return 1 + (blkio_weight - 10) * 9999 / 990; }

void set_io(const oci::BlockIo& io, const Folders& folders) {
  const bool any = io.weight || io.leaf_weight || !io.weight_device.empty() ||
                   !io.read_bps.empty() || !io.write_bps.empty() || !io.read_iops.empty() ||
                   !io.write_iops.empty();
  if (!any) return;
  const char* const controller = folders.find("blkio") != nullptr ? "blkio" : "io";
  const Folder& folder = folders.need(controller, "a limit of block I/O (linux.resources.blockIO)");
  set_weights(io, folder);
  set_throttles(io.read_bps, folder, "blkio.throttle.read_bps_device", "rbps");
  set_throttles(io.write_bps, folder, "blkio.throttle.write_bps_device", "wbps");
  set_throttles(io.read_iops, folder, "blkio.throttle.read_iops_device", "riops");
  set_throttles(io.write_iops, folder, "blkio.throttle.write_iops_device", "wiops");
}

}  // namespace lockstep::cgroup
