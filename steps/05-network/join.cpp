#include "05-network/join.hpp"

#include <fcntl.h>
#include <sched.h>

#include <algorithm>

#include "02-pid/state.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep::net {
namespace {

const oci::Namespace* network_of(const oci::Config& config) {
  const auto& all = config.linux.namespaces;
  const auto found = std::find_if(
      all.begin(), all.end(), [](const oci::Namespace& item) { return item.type == "network"; });
  return found == all.end() ? nullptr : &*found;
}

/// Runs `enter`, whose EPERM has a cause of its own without root.
template <class Enter>
void explained(const std::string& what, Enter enter) {
  try {
    enter();
  } catch (const SysError& error) {
    std::string hint = error.hint();
    if (error.code() == EINVAL) hint = "it is there, but is no network namespace";
    if (error.code() == EPERM && caller_uid() != 0)
      hint =
          "without root a network can't be entered from another user namespace, and this "
          "container has its own: run both as root";
    throw SysError(SysError::Verbatim{}, error.code(), fmt::format("{}: {}", what, error.what()),
                   hint, error.failure());
  }
}

void join_container(const std::string& id) {
  const pid::Record record = pid::find(id);
  const auto process = pid::locate(record);
  if (!process) {
    throw Error(fmt::format("--network container:{}: that container is {}", id,
                            pid::words(pid::status_now(record))),
                "only one that runs has a network to be shared");
  }
  explained("--network container:" + id, [&] {
    sys::join_namespaces(
        *process, record.pid, CLONE_NEWNET,
        "the child is born into the network of its parent: this process goes there");
  });
}

void join_path(const std::string& path) {
  explained("the network namespace " + quoted(path), [&] {
    const Fd file = sys::open(path, O_RDONLY);
    sys::join_namespace(file, CLONE_NEWNET, "a network namespace that is there already");
  });
}

}  // namespace

uint64_t new_network(const oci::Config& config) {
  const oci::Namespace* const network = network_of(config);
  return network != nullptr && network->path.empty() ? CLONE_NEWNET : 0;
}

void join(const oci::Config& config, const Wanted& wanted) {
  const oci::Namespace* const network = network_of(config);
  if (wanted.mode == Mode::kContainer) {
    join_container(wanted.target);
  } else if (network != nullptr && !network->path.empty() &&
             !oci::annotated(config, kJoinedAnnotation)) {
    join_path(network->path);
  }
}

}  // namespace lockstep::net
