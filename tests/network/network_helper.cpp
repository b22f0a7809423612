// What the network tests need on both sides of a cable, as busybox's nc has no UDP and can't tell
// who calls. It runs inside containers, so it is static and on its own.
//
//   network-helper serve PORT      on PORT, TCP and UDP, IPv4 and IPv6: answers "NAME PEER", its
//                                  host name and the caller's address, until killed;
//                                  tells who asks on UDP
//   network-helper ask tcp|udp ADDRESS PORT [SECONDS]
//                                  prints that answer; exit status 1 if none comes
//   network-helper listen ADDRESS PORT tcp|udp
//                                  has a socket there, and never answers, until killed

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

struct Place {
  sockaddr_storage address{};
  socklen_t size = 0;
};

Place place_of(const std::string& ip, const char* port) {
  Place place;
  const auto number = htons(static_cast<uint16_t>(std::atoi(port)));
  auto& four = reinterpret_cast<sockaddr_in&>(place.address);
  auto& six = reinterpret_cast<sockaddr_in6&>(place.address);
  if (::inet_pton(AF_INET, ip.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = number;
    place.size = sizeof four;
  } else if (::inet_pton(AF_INET6, ip.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = number;
    place.size = sizeof six;
  } else {
    std::fprintf(stderr, "%s is no address\n", ip.c_str());
    std::exit(2);
  }
  return place;
}

std::string words_of(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
  const auto& four = reinterpret_cast<const sockaddr_in&>(address);
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
  } else if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
    ::inet_ntop(AF_INET, &six.sin6_addr.s6_addr[12], text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

[[noreturn]] void fail(const char* call) {
  std::fprintf(stderr, "%s: %s\n", call, std::strerror(errno));
  std::exit(1);
}

/// Bound there; TCP listens.
int open_at(const Place& place, int type) {
  const int fd = ::socket(place.address.ss_family, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&place.address), place.size) != 0) fail("bind");
  if (type == SOCK_STREAM && ::listen(fd, 64) != 0) fail("listen");
  return fd;
}

/// One socket of IPv6 serves IPv4, too; where there is no IPv6, one of IPv4.
int open_for_all(const char* port, int type) {
  const int six = open_at(place_of("::", port), type);
  return six >= 0 ? six : open_at(place_of("0.0.0.0", port), type);
}

std::string answer_to(const sockaddr_storage& peer) {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return std::string(name.data()) + " " + words_of(peer) + "\n";
}

[[noreturn]] void serve(const char* port) {
  std::array<pollfd, 2> fds = {pollfd{open_for_all(port, SOCK_STREAM), POLLIN, 0},
                               pollfd{open_for_all(port, SOCK_DGRAM), POLLIN, 0}};
  for (;;) {
    ::poll(fds.data(), fds.size(), -1);
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if ((fds[0].revents & POLLIN) != 0) {
      const int caller = ::accept(fds[0].fd, reinterpret_cast<sockaddr*>(&peer), &size);
      if (caller < 0) continue;
      const std::string text = answer_to(peer);
      static_cast<void>(!::send(caller, text.data(), text.size(), MSG_NOSIGNAL));
      ::close(caller);
    }
    size = sizeof peer;
    if ((fds[1].revents & POLLIN) != 0) {
      std::array<char, 64> ignored{};
      if (::recvfrom(fds[1].fd, ignored.data(), ignored.size(), 0,
                     reinterpret_cast<sockaddr*>(&peer), &size) < 0)
        continue;
      const std::string text = answer_to(peer);
      std::printf("asked by %s\n", words_of(peer).c_str());
      std::fflush(stdout);
      ::sendto(fds[1].fd, text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&peer), size);
    }
  }
}

int ask(bool udp, const Place& place, int seconds) {
  const int fd = ::socket(place.address.ss_family, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
  timeval limit{seconds, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&place.address), place.size) != 0)
    fail("connect");
  if (udp && ::send(fd, "?", 1, 0) != 1) fail("send");
  std::array<char, 512> text{};
  const ssize_t size = ::recv(fd, text.data(), text.size(), 0);
  if (size <= 0) fail("recv");
  std::fwrite(text.data(), 1, static_cast<size_t>(size), stdout);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[1] : "";
  if (what == "serve") serve(argv[2]);
  if (what == "ask" && argc > 4)
    return ask(std::string(argv[2]) == "udp", place_of(argv[3], argv[4]),
               argc > 5 ? std::atoi(argv[5]) : 2);
  if (what == "listen" && argc > 4) {
    const bool udp = std::string(argv[4]) == "udp";
    if (open_at(place_of(argv[2], argv[3]), udp ? SOCK_DGRAM : SOCK_STREAM) < 0) fail("socket");
    std::puts("listening");
    std::fflush(stdout);
    ::pause();
  }
  std::fprintf(stderr, "network-helper: see network_helper.cpp for what it can do\n");
  return 2;
}
