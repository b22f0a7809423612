#include "02-pid/ipc.hpp"

#include <sched.h>

namespace lockstep::ipc {
namespace {

constexpr const char* kHostIpcAnnotation = "io.lockstep.ipc-host";

}  // namespace

uint64_t new_namespace(const oci::Config& config) {
  return oci::annotated(config, kHostIpcAnnotation) ? 0 : CLONE_NEWIPC;
}

void share_with_host(oci::Config& config) { config.annotations[kHostIpcAnnotation] = "true"; }

void options(cli::Options& options, oci::Config& config) {
  options.value("ipc", "private|host", "whose System V IPC it sees (default: its own, empty)",
                [&](const std::string& whose) {
                  if (whose != "private" && whose != "host") {
                    throw cli::UsageError(
                        fmt::format("--ipc: expected private or host, got {}", quoted(whose)));
                  }
                  config.annotations.erase(kHostIpcAnnotation);
                  if (whose == "host") share_with_host(config);
                });
}

}  // namespace lockstep::ipc
