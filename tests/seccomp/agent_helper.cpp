// An agent for filters that ask: listens on the socket argv[1], takes one connection, prints the container
// process state that comes over it, and answers the first argv[2] calls with the errno argv[3] (0: makes
// them succeed with 7).

#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

int listen_at(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ::unlink(path);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  return ::listen(fd, 4) == 0 ? fd : -1;
}

/// All that comes until the other side closes; the descriptors are counted.
int receive(int socket, std::string& text, int& count) {
  int descriptor = -1;
  for (;;) {
    char bytes[4096];
    iovec part{bytes, sizeof bytes};
    alignas(cmsghdr) char control[256];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t size = ::recvmsg(socket, &message, 0);
    if (size <= 0) return descriptor;
    text.append(bytes, static_cast<size_t>(size));
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_type != SCM_RIGHTS) continue;
      std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
      ++count;
    }
  }
}

void answer(int listener, int error) {
  seccomp_notif request{};
  if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) {
    std::perror("SECCOMP_IOCTL_NOTIF_RECV");
    return;
  }
  seccomp_notif_resp response{};
  response.id = request.id;
  response.error = -error;
  response.val = error == 0 ? 7 : 0;
  std::printf("call %d\n", request.data.nr);
  if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) != 0) std::perror("NOTIF_SEND");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int door = listen_at(argv[1]);
  if (door < 0) return 3;
  const int socket = ::accept(door, nullptr, nullptr);
  std::string text;
  int count = 0;
  const int listener = receive(socket, text, count);
  std::printf("%s\ndescriptors %d\n", text.c_str(), count);
  std::fflush(stdout);
  for (int i = 0; i < std::atoi(argv[2]); ++i) answer(listener, std::atoi(argv[3]));
  return 0;
}
