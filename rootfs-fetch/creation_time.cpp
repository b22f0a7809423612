#include "rootfs-fetch/creation_time.hpp"

#include <cstdlib>

#include "common/os/error.hpp"
#include "common/os/time.hpp"

namespace lockstep::fetch {

std::string creation_time() {
  using namespace std::chrono;
  auto time = floor<seconds>(system_clock::now());
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH"); epoch != nullptr && *epoch != '\0') {
    char* end = nullptr;
    time = sys_seconds(seconds(std::strtoll(epoch, &end, 10)));
    if (*end != '\0')
      throw Error(fmt::format("SOURCE_DATE_EPOCH: expected seconds, got {}", quoted(epoch)));
  }
  return rfc3339(time);
}

}  // namespace lockstep::fetch
