// Limits of disks on the command line, with docker's names.
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "07-cgroup/option_values.hpp"
#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

/// "/dev/sda:10m": the device's number, and the text behind it.
template <typename Device>
Device split_device(const std::string& option, const std::string& text, std::string& rest) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0)
    throw cli::UsageError(fmt::format("{}: expected DEVICE:VALUE, got {}", option, quoted(text)));
  const std::string path = text.substr(0, colon);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    throw SysError(errno, fmt::format("{}: {}", option, quoted(path)));
  if (!S_ISBLK(status.st_mode))
    throw cli::UsageError(fmt::format("{}: {} is no block device", option, quoted(path)),
                          "a disk, such as /dev/sda");
  rest = text.substr(colon + 1);
  Device device;
  device.major = major(status.st_rdev);
  device.minor = minor(status.st_rdev);
  return device;
}

void throttle_option(cli::Options& options, const char* name, const char* metavar, const char* help,
                     std::vector<oci::ThrottleDevice>& into, bool in_bytes) {
  options.value(name, metavar, help, [name, &into, in_bytes](const std::string& text) {
    const std::string option = std::string("--") + name;
    std::string rest;
    auto device = split_device<oci::ThrottleDevice>(option, text, rest);
    device.rate = in_bytes ? bytes(option, rest) : number(option, rest, 1, INT64_MAX);
    into.push_back(device);
  });
}

}  // namespace

void io_options(cli::Options& options, oci::BlockIo& io) {
  options.value(
      "blkio-weight", "10-1000", "its share when disks are busy",
      [&](const std::string& text) { io.weight = number("--blkio-weight", text, 10, 1000); });
  options.value("blkio-weight-device", "DEVICE:WEIGHT", "the same for one disk",
                [&](const std::string& text) {
                  std::string rest;
                  auto device =
                      split_device<oci::WeightDevice>("--blkio-weight-device", text, rest);
                  device.weight = number("--blkio-weight-device", rest, 10, 1000);
                  io.weight_device.push_back(device);
                });
  throttle_option(options, "device-read-bps", "DEVICE:SIZE", "bytes a second read from a disk",
                  io.read_bps, true);
  throttle_option(options, "device-write-bps", "DEVICE:SIZE", "and written", io.write_bps, true);
  throttle_option(options, "device-read-iops", "DEVICE:NUMBER", "reads a second of a disk",
                  io.read_iops, false);
  throttle_option(options, "device-write-iops", "DEVICE:NUMBER", "and writes", io.write_iops,
                  false);
}

}  // namespace lockstep::cgroup
