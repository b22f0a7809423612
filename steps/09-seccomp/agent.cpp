// The host's side of a filter that asks.
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

#include "09-seccomp/listener.hpp"
#include "common/os/error.hpp"
#include "common/os/json_text.hpp"

namespace lockstep::seccomp {
namespace {

std::string annotations_of(const oci::Config& config) {
  std::string out;
  for (const auto& [key, value] : config.annotations)
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", json_quoted(key), json_quoted(value));
  return out.empty() ? "" : ",\"annotations\":{" + out + "}";
}

/// config-linux.md, "The Container Process State"
std::string state_of(const oci::Config& config, pid_t process, pid_t container) {
  const std::string& metadata = (*config.linux.seccomp)->listener_metadata;
  const std::string version = json_quoted(oci::Config{}.oci_version);
  return fmt::format(
      R"({{"ociVersion":{0},"fds":["seccompFd"],"pid":{1}{2},"state":{{"ociVersion":{0},"id":{3},)"
      R"("status":"{4}","pid":{5},"bundle":{6}{7}}}}})",
      version, process, metadata.empty() ? "" : ",\"metadata\":" + json_quoted(metadata),
      json_quoted(config.id), container == 0 ? "created" : "running",
      container == 0 ? process : container, json_quoted(config.bundle), annotations_of(config));
}

std::string hint(int code) {
  if (code == ENOENT || code == ECONNREFUSED)
    return "linux.seccomp.listenerPath is the socket of the agent that answers for the calls with "
           "SCMP_ACT_NOTIFY: start it first";
  return code == EAGAIN ? "the agent doesn't accept connections" : "";
}

Fd connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw Error(
        fmt::format("linux.seccomp.listenerPath: {} has {} bytes", quoted(path), path.size()),
        fmt::format("a socket's path has at most {}", sizeof address.sun_path - 1));
  std::memcpy(address.sun_path, path.data(), path.size());
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) throw SysError(errno, "socket(AF_UNIX, SOCK_STREAM)");
  constexpr timeval kPatience{10, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int code = errno;
    throw SysError(code, fmt::format("linux.seccomp.listenerPath: connect({})", quoted(path)),
                   hint(code));
  }
  return socket;
}

/// The descriptor goes with the first bytes.
size_t send_first(const Fd& socket, std::string text, const Fd& descriptor) {
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
  const ssize_t sent = ::sendmsg(socket.get(), &message, MSG_NOSIGNAL);
  if (sent < 0) throw SysError(errno, "linux.seccomp.listenerPath: sendmsg(listener)", hint(errno));
  return static_cast<size_t>(sent);
}

}  // namespace

void hand_to_agent(const oci::Config& config, const Fd& listener, pid_t process, pid_t container) {
  const Fd socket = connect_to((*config.linux.seccomp)->listener_path);
  const std::string text = state_of(config, process, container);
  for (size_t at = send_first(socket, text, listener); at < text.size();) {
    const ssize_t sent = ::send(socket.get(), text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (sent < 0) throw SysError(errno, "linux.seccomp.listenerPath: send(state)", hint(errno));
    at += static_cast<size_t>(sent);
  }
}

}  // namespace lockstep::seccomp
