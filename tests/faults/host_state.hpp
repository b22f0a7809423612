#pragma once

#include <string>
#include <vector>

namespace lockstep::testing {

/// Where a container could leave something, besides what there is only one of on a host.
struct Watched {
  std::vector<std::string> folders;  // every file: kind, mode, owner, content
  std::vector<std::string> cgroups;  // the folders below
};

/// What of this host a container could change, one line a thing: mounts, shared memory, cgroups, links, addresses,
/// routes, packet filters, settings, files, processes.
std::vector<std::string> host_state(const Watched& watched);

/// "  < that was" and "  > that is now"; empty if they are the same.
std::string difference(const std::vector<std::string>& before,
                       const std::vector<std::string>& after);

}  // namespace lockstep::testing
