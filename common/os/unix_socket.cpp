#include "common/os/unix_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cstring>

#include "common/os/error.hpp"
#include "common/os/files.hpp"

namespace lockstep::sys {
namespace {

[[noreturn]] void fail(const SocketPeer& peer, int code, const std::string& call) {
  std::string hint;
  if (code == ENOENT || code == ECONNREFUSED) hint = peer.missing;
  if (code == EAGAIN) hint = "who listens there doesn't accept connections, or doesn't read";
  throw SysError(code, fmt::format("{}: {}", peer.what, call), hint);
}

/// By way of its folder, `folder`, if the path is too long for an address.
std::string short_path(const SocketPeer& peer, Fd& folder) {
  if (peer.path.size() < sizeof(sockaddr_un::sun_path)) return peer.path;
  const size_t slash = peer.path.rfind('/');
  if (slash == std::string::npos) fail(peer, ENAMETOOLONG, "connect()");
  folder = open(peer.path.substr(0, slash + 1), O_PATH | O_DIRECTORY);
  std::string path = folder.path() + peer.path.substr(slash);
  if (path.size() >= sizeof(sockaddr_un::sun_path)) fail(peer, ENAMETOOLONG, "connect()");
  return path;
}

Fd connect_to(const SocketPeer& peer) {
  Fd folder;
  const std::string path = short_path(peer, folder);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) throw SysError(errno, "socket(AF_UNIX, SOCK_STREAM)");
  constexpr timeval kPatience{10, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    fail(peer, errno, fmt::format("connect({})", quoted(peer.path)));
  return socket;
}

ssize_t send_first(const Fd& socket, std::string text, const Fd& descriptor) {
  iovec part{text.data(), text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int raw = descriptor.get();
  std::memcpy(CMSG_DATA(header), &raw, sizeof raw);
  return ::sendmsg(socket.get(), &message, MSG_NOSIGNAL);
}

}  // namespace

void send_descriptor(const SocketPeer& peer, const std::string& text, const Fd& descriptor) {
  const Fd socket = connect_to(peer);
  for (size_t at = 0; at < text.size();) {
    const ssize_t sent =
        at == 0 ? send_first(socket, text, descriptor)
                : ::send(socket.get(), text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) fail(peer, errno, fmt::format("sendmsg({})", quoted(peer.path)));
    at += static_cast<size_t>(sent);
  }
}

}  // namespace lockstep::sys
