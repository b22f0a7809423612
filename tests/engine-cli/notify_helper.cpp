// notify-helper WORD…: sends each of them to NOTIFY_SOCKET, as a service does; "-" waits until /tmp/go is there.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int argc, char** argv) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return 2;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  for (int i = 1; i < argc; ++i) {
    while (std::strcmp(argv[i], "-") == 0 && ::access("/tmp/go", F_OK) != 0) ::usleep(10'000);
    if (std::strcmp(argv[i], "-") == 0) continue;
    if (::sendto(fd, argv[i], std::strlen(argv[i]), 0, reinterpret_cast<const sockaddr*>(&address),
                 sizeof address) < 0) {
      std::perror(argv[i]);
      return 1;
    }
  }
  return 0;
}
