#include "common/os/background.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/os/narrate.hpp"
#include "common/os/processes.hpp"

namespace lockstep {

void go_to_background(const char* name, const std::vector<int>& kept) {
  constexpr int kFirst = 3;
  constexpr int kOutOfTheWay = 64;
  narrate::close_all();
  ::setsid();
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  // First out of the way, then to their places: the places may be each other's.
  std::vector<int> high;
  high.reserve(kept.size());
  for (const int fd : kept)
    high.push_back(::fcntl(fd < 0 ? null : fd, F_DUPFD_CLOEXEC, kOutOfTheWay));
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, fd);
  int place = kFirst;
  for (const int fd : high) ::dup2(fd, place++);
  sys::close_all_from(place);
  if (::chdir("/") != 0) ::_exit(1);
  ::prctl(PR_SET_NAME, name);  // last: who finds the name finds nothing held that isn't needed
}

}  // namespace lockstep
