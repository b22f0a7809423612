#include "09-seccomp/engine/host_notify.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

#include "common/os/error.hpp"
#include "common/os/fd.hpp"

namespace lockstep::engine {
namespace {

Fd connect_to(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, sizeof address.sun_path - 1);
  if (name[0] == '@')
    address.sun_path[0] = '\0';  // of no file system; it has no end but its length
  const size_t size = offsetof(sockaddr_un, sun_path) + name.size() + (name[0] == '@' ? 0 : 1);
  Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) throw SysError(errno, "socket(AF_UNIX, SOCK_DGRAM)");
  constexpr timeval kPatience{5, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                static_cast<socklen_t>(size)) != 0)
    throw SysError(errno, fmt::format("NOTIFY_SOCKET: connect({})", quoted(name)));
  return socket;
}

void send(const Fd& socket, std::string text, const Fd* descriptor) {
  iovec part{text.data(), text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor != nullptr) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int raw = descriptor->get();
    std::memcpy(CMSG_DATA(header), &raw, sizeof raw);
  }
  if (::sendmsg(socket.get(), &message, MSG_NOSIGNAL) < 0)
    throw SysError(errno, fmt::format("NOTIFY_SOCKET: sendmsg({})", quoted(text)));
}

}  // namespace

void tell_host(const std::string& address, const std::string& words) {
  const Fd socket = connect_to(address);
  send(socket, words, nullptr);
  Pipe barrier = Pipe::make();
  send(socket, "BARRIER=1", &barrier.write_end);
  barrier.write_end.reset();
  constexpr int kPatience = 5000;  // milliseconds
  pollfd closed{barrier.read_end.get(), 0, 0};
  ::poll(&closed, 1, kPatience);  // who doesn't know the word, or is slow: it was told all the same
}

}  // namespace lockstep::engine
