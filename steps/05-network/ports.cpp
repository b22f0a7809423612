#include "05-network/ports.hpp"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>
#include <memory>

#include "common/os/error.hpp"
#include "common/os/fd.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::net {
namespace {

struct Range {
  unsigned first = 0;
  unsigned last = 0;
};

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw Error(fmt::format("{}: {}", quoted(text), why),
              "[IP:]HOST:CONTAINER[/udp], such as "
              "8080:80, 127.0.0.1:8080:80, 8000-8010:8000-8010, [2001:db8::1]:53:53/udp");
}

unsigned parse_port(const std::string& text, const std::string& all) {
  const auto number = parse_number<unsigned>(text);
  if (!number || *number == 0 || *number > 65535)
    refuse(all, fmt::format("{} is no port from 1 to 65535", quoted(text)));
  return *number;
}

Range parse_range(const std::string& text, const std::string& all) {
  const size_t dash = text.find('-');
  Range range;
  range.first = parse_port(text.substr(0, dash), all);
  range.last = dash == std::string::npos ? range.first : parse_port(text.substr(dash + 1), all);
  if (range.last < range.first) refuse(all, "the range ends before it begins");
  return range;
}

/// Takes "IP:" off the front, if it is there.
std::optional<Ip> take_address(std::string& rest, const std::string& all) {
  const bool bracket = !rest.empty() && rest[0] == '[';
  const size_t end = bracket ? rest.find("]:") : rest.find(':');
  const bool has_address = bracket || (end != std::string::npos && rest.find(':', end + 1) != end &&
                                       rest.find(':', end + 1) != std::string::npos);
  if (!has_address) return std::nullopt;
  if (end == std::string::npos) refuse(all, "\"]:\" is missing behind the address");
  const std::string address = bracket ? rest.substr(1, end - 1) : rest.substr(0, end);
  rest = rest.substr(end + (bracket ? 2 : 1));
  const auto ip = parse_ip(address);
  if (!ip) refuse(all, fmt::format("{} is no address", quoted(address)));
  if (ip->v6 && ip->is_loopback())
    refuse(all, "the kernel leads nothing from ::1 to another interface; 127.0.0.1 it can");
  const bool every_one = ip->high == 0 && ip->low == 0;
  return every_one && !ip->v6 ? std::nullopt : ip;
}

std::string words_of(unsigned first, unsigned count) {
  return count == 1 ? std::to_string(first) : fmt::format("{}-{}", first, first + count - 1);
}

/// The inode of the socket that listens there, by the kernel's tables; "" if there is none.
/// Columns: …, local address "0100007F:1F90", remote, state (0A: TCP listens; 07: UDP waits), …, the
/// tenth is the inode.
std::string listening_inode(bool udp, bool v6, unsigned port) {
  const std::string table = fmt::format("/proc/net/{}{}", udp ? "udp" : "tcp", v6 ? "6" : "");
  for (const std::string& line : split(proc::read_file(table).value_or(""), '\n')) {
    const auto words = fields(line);
    if (words.size() < 10 || words[3] != (udp ? "07" : "0A")) continue;
    if (words[1].ends_with(fmt::format(":{:04X}", port))) return words[9];
  }
  return "";
}

/// "PID 4711 (nginx)": who has that socket open.
std::string owner_of(const std::string& inode) {
  const std::string wanted = "socket:[" + inode + "]";
  for (const pid_t pid : proc::all()) {
    const std::string path = fmt::format("/proc/{}/fd", pid);
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
    while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
      std::array<char, PATH_MAX> target{};
      if (::readlinkat(::dirfd(folder.get()), entry->d_name, target.data(), target.size()) < 0 ||
          target.data() != wanted)
        continue;
      const auto stat = proc::stat(pid);
      return fmt::format("PID {} ({})", pid, stat ? stat->command : "?");
    }
  }
  return "a process that can't be seen from here";
}

/// Whether a socket could be bound there: then nobody listens.
bool is_free(const Port& port, bool v6, unsigned number) {
  const Fd socket(
      ::socket(v6 ? AF_INET6 : AF_INET, (port.udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0));
  if (!socket) return true;  // no IPv6 on this machine: nobody can listen
  const int on = 1;
  if (!port.udp)  // connections that have ended are no listeners
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (v6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  sockaddr_storage place{};
  const std::string bytes = port.address ? port.address->bytes() : std::string(v6 ? 16 : 4, '\0');
  if (v6) {
    auto& six = reinterpret_cast<sockaddr_in6&>(place);
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(static_cast<uint16_t>(number));
    std::memcpy(&six.sin6_addr, bytes.data(), bytes.size());
  } else {
    auto& four = reinterpret_cast<sockaddr_in&>(place);
    four.sin_family = AF_INET;
    four.sin_port = htons(static_cast<uint16_t>(number));
    std::memcpy(&four.sin_addr, bytes.data(), bytes.size());
  }
  const socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&place), size) == 0) return true;
  if (errno == EADDRNOTAVAIL) {
    throw Error(fmt::format("--publish: {} is no address of this machine", port.address->words()),
                "`ip address` lists them");
  }
  return errno != EADDRINUSE;
}

}  // namespace

std::string Port::words() const {
  const std::string where = !address      ? ""
                            : address->v6 ? "[" + address->words() + "]:"
                                          : address->words() + ":";
  return fmt::format("{}{}:{}/{}", where, words_of(host, count), words_of(container, count),
                     protocol());
}

bool Port::clashes_with(const Port& other) const {
  if (udp != other.udp) return false;
  if (address && other.address && *address != *other.address) return false;
  return host < other.host + other.count && other.host < host + count;
}

Port parse_port(const std::string& text) {
  Port port;
  std::string rest = text;
  if (const size_t slash = rest.find('/'); slash != std::string::npos) {
    const std::string protocol = rest.substr(slash + 1);
    if (protocol != "tcp" && protocol != "udp") refuse(text, "the protocol is tcp or udp");
    port.udp = protocol == "udp";
    rest.resize(slash);
  }
  port.address = take_address(rest, text);
  const size_t colon = rest.find(':');
  if (colon == std::string::npos)
    refuse(text, "the port of the host's is missing (lockstep doesn't choose one)");
  const Range host = parse_range(rest.substr(0, colon), text);
  const Range container = parse_range(rest.substr(colon + 1), text);
  if (host.last - host.first != container.last - container.first)
    refuse(text, "both ranges must have the same length");
  port.host = host.first;
  port.container = container.first;
  port.count = host.last - host.first + 1;
  return port;
}

void check_no_listener(const Port& port) {
  for (unsigned number = port.host; number < port.host + port.count; ++number) {
    for (const bool v6 : {false, true}) {
      if (port.address && port.address->v6 != v6) continue;
      if (is_free(port, v6, number)) continue;
      std::string inode = listening_inode(port.udp, v6, number);
      if (inode.empty()) inode = listening_inode(port.udp, true, number);  // it serves IPv4, too
      throw Error(fmt::format("--publish: port {}/{} of this machine is in use: {} listens there",
                              number, port.protocol(), owner_of(inode)),
                  "end it, or publish another port of the host's");
    }
  }
}

}  // namespace lockstep::net
