// What lesson 05 promises: a network of the container's own. Here its core.

#include "tests/lessons/lesson_05.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/container.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kNamespace{kLines, "network_namespaces(7)"};
constexpr Reading kLoopback{kLines, "rtnetlink(7), lo in ip-link(8)"};
constexpr const char* kLook = "readlink /proc/self/ns/net";

std::string of_the_host() { return proc::namespace_of(0, "net") + "\n"; }

void has_its_own(Step& step) {
  const Outcome outcome = step.run({}, kLook).exits(0);
  outcome.expect(outcome.out.starts_with("net:[") && outcome.out != of_the_host(),
                 "a network namespace other than the host's, which is " + of_the_host());
}

/// A socket of the host's with an abstract name, as D-Bus, X11 and container engines have them.
class AbstractSocket {
 public:
  explicit AbstractSocket(const std::string& name)
      : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0)
      throw CannotTell("no abstract socket can be made here");
  }

 private:
  Fd socket_;
};

void hides_abstract_sockets(Step& step) {
  const std::string name = step.new_name();
  const AbstractSocket socket(name);
  const Outcome outcome = step.run({}, "cat /proc/net/unix").exits(0);
  outcome.expect(!contains(outcome.out, "@" + name),
                 "the host's socket @" + name + " is not among those that can be reached");
}

/// Somebody who answers each caller on the host's 127.0.0.1.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const place = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_.get(), place, size) != 0 || ::listen(socket_.get(), 8) != 0 ||
        ::getsockname(socket_.get(), place, &size) != 0)
      throw CannotTell("nobody can listen on this machine's loopback");
    port_ = ntohs(address.sin_port);
  }
  unsigned port() const { return port_; }
  /// Whether anybody has called.
  bool was_called() const {
    timeval at_once{0, 1};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &at_once, sizeof at_once);
    return Fd(::accept(socket_.get(), nullptr, nullptr)).get() >= 0;
  }

 private:
  Fd socket_;
  unsigned port_ = 0;
};

void cannot_reach_the_hosts_loopback(Step& step) {
  const Listener listener;
  const Outcome outcome =
      step.run({}, fmt::format("nc -w 1 127.0.0.1 {} < /dev/null", listener.port()));
  outcome.expect(!listener.was_called(),
                 fmt::format("the host's port {} can't be reached", listener.port()));
}

void its_loopback_is_up(Step& step) {
  // Begun again and again: whoever calls too early finds nobody.
  step.run({},
           "nc -l -p 4711 -e echo hello from myself & "
           "i=0; until nc -w 1 127.0.0.1 4711 < /dev/null 2> /dev/null; do "
           "i=$((i+1)); [ $i -lt 50 ] || exit 1; usleep 100000; done")
      .prints("hello from myself\n");
}

void leads_nowhere(Step& step) {
  step.run({}, "tail -n +2 /proc/net/route").prints("");
  const Outcome outcome = step.run({}, "tail -n +2 /proc/net/ipv6_route 2> /dev/null; true");
  for (const std::string& line : lines_of(outcome.out)) {
    const auto words = words_of(line);
    outcome.expect(!words.empty() && words.back() == "lo", "no route but the loopback's");
  }
}

void host_is_the_hosts(Step& step) {
  step.run({"--network", "host"}, kLook).prints(of_the_host());
  const Outcome none = step.run({"--network", "none"}, kLook).exits(0);
  none.expect(none.out != of_the_host(), "with --network none another one");
}

void exec_joins_it(Step& step) {
  const Container container(step, Mode::kDetached);
  const std::string wanted = proc::namespace_of(container.first(), "net") + "\n";
  step.call({"exec", container.id(), "sh", "-c", kLook}).prints(wanted);
}

}  // namespace

Lesson lesson_05() {
  Lesson lesson{"05", "05-network", {"run", "--rootfs", "--network"}, {}};
  lesson.checks = {
      core("its network namespace is its own", {"run", "--network"}, kNamespace, has_its_own),
      core("the host's abstract sockets are out of sight", {}, {kAttack, "unix(7), \"abstract\""},
           hides_abstract_sockets),
      core("the host's loopback is out of reach", {}, {kAttack, "network_namespaces(7)"},
           cannot_reach_the_hosts_loopback),
      core("its own loopback is up", {}, kLoopback, its_loopback_is_up),
      core("nothing leads out by itself", {}, {kIdea, "ip-route(8)"}, leads_nowhere),
      core("--network host is the host's network", {}, {kSee, "network_namespaces(7)"},
           host_is_the_hosts),
      core("exec joins it", {"exec", "--detach"}, {kSee, "setns(2)"}, exec_joins_it),
  };
  for (Check& check : network_checks()) lesson.checks.push_back(std::move(check));
  return lesson;
}

}  // namespace lockstep::lessons
