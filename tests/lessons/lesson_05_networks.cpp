// Lesson 05's details: networks by name, published ports, /etc/hosts and its kin.

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "common/os/run_program.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/lesson_05.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kNetworks{kSee, "ip-link(8), \"veth\", \"bridge\""};
constexpr Reading kPorts{kSee, "nft(8)"};
constexpr Reading kNames{kSee, "hosts(5), resolv.conf(5)"};
constexpr const char* kServes = "echo ready; while :; do nc -l -p 80 -e echo served; done";

/// A machine's network for the program to change as it likes: a network namespace of the grader's
/// own, and a folder for what is remembered of networks. Only root can try these.
class OwnNetwork {
 public:
  explicit OwnNetwork(Step& step)
      : holder_(start()), store_(step.sandbox().folder + "/" + step.new_name()) {
    eventually(
        [&] { return proc::namespace_of(holder_.pid(), "net") != proc::namespace_of(0, "net"); });
    how_.in_child = [this] {
      enter();
      ::setenv("LOCKSTEP_STORE", store_.c_str(), 1);
    };
  }
  const How& how() const { return how_; }

  /// What `look` finds there.
  int seen_from_there(const std::function<int()>& look) const {
    Child looking = Child::clone(0, [&] {
      enter();
      ::_exit(look());
    });
    return looking.wait().shell_code();
  }

 private:
  static Child start() {
    if (::geteuid() != 0) throw CannotTell("it takes root: to connect network namespaces");
    if (!find_on_path("nft")) throw CannotTell("nft is missing: `make deps` installs it");
    return Child::clone(CLONE_NEWNET, [] {
      switch_loopback_on();
      for (;;) ::pause();
    });
  }
  static void switch_loopback_on() {
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::memcpy(request.ifr_name, "lo", 3);
    request.ifr_flags = IFF_UP;
    if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) ::_exit(1);
  }
  void enter() const {
    const Fd there = sys::open(fmt::format("/proc/{}/ns/net", holder_.pid()), O_RDONLY);
    if (::setns(there.get(), CLONE_NEWNET) != 0) ::_exit(125);
  }

  Child holder_;
  std::string store_;
  How how_;
};

void neighbours_find_each_other(Step& step) {
  const OwnNetwork network(step);
  step.call({"network", "create", "check"}, network.how()).exits(0);
  const Container server(step, Mode::kNamed, {"--network", "check"}, kServes, network.how());
  step.run({"--network", "check"},
           fmt::format("i=0; until nc -w 1 {} 80 < /dev/null; do i=$((i+1)); "
                       "[ $i -lt 50 ] || exit 1; usleep 100000; done",
                       server.id()),
           network.how())
      .prints("served\n");
}

void publishes_a_port(Step& step) {
  const OwnNetwork network(step);
  step.call({"network", "create", "check"}, network.how()).exits(0);
  const Container server(step, Mode::kNamed, {"--network", "check", "--publish", "8080:80"},
                         kServes, network.how());
  const int status = network.seen_from_there([] {
    const char* const ask =
        "i=0; until [ \"$(busybox nc -w 1 127.0.0.1 8080 < /dev/null 2> /dev/null)\" = served ]; "
        "do "
        "i=$((i+1)); [ $i -lt 50 ] || exit 1; sleep 0.1; done";
    return RunningProgram("/bin/sh", {"sh", "-c", ask}, "", {}).finish().status.shell_code();
  });
  if (status == 0) return;
  throw Mismatch(server.typed(), "who calls port 8080 of the host's 127.0.0.1 gets an answer",
                 "nobody answers there");
}

void leaves_no_interface(Step& step) {
  const OwnNetwork network(step);
  const std::string name = "check";
  step.call({"network", "create", name}, network.how()).exits(0);
  step.run({"--network", name}, "true", network.how()).exits(0);
  const Outcome outcome = step.call({"network", "rm", name}, network.how()).exits(0);
  const int links = network.seen_from_there([] {
    return static_cast<int>(lines_of(proc::read_file("/proc/self/net/dev").value_or("")).size());
  });
  constexpr int kHeadingAndLoopback = 3;
  outcome.expect(links <= kHeadingAndLoopback, "no interface but the loopback is left on the host");
}

void shares_with_another(Step& step) {
  if (::geteuid() != 0) throw CannotTell("it takes root, or one user namespace for both");
  const Container other(step, Mode::kDetached);
  step.run({"--network", "container:" + other.id()}, "readlink /proc/self/ns/net")
      .prints(proc::namespace_of(other.first(), "net") + "\n");
}

void knows_itself(Step& step) {
  const Outcome outcome = step.run({"--hostname", "box"}, "cat /etc/hosts").exits(0);
  outcome.expect(contains(outcome.out, "box"), "a line of /etc/hosts for its own host name");
  outcome.expect(contains(outcome.out, "localhost"), "a line of /etc/hosts for localhost");
  step.run({"--hostname", "box"}, "cat /etc/hostname").prints("box\n");
}

void is_told_of_hosts(Step& step) {
  const Outcome outcome =
      step.run({"--add-host", "printer:192.0.2.9"}, "grep printer /etc/hosts").exits(0);
  outcome.expect(contains(outcome.out, "192.0.2.9"), "a line with 192.0.2.9 and printer");
}

void is_told_of_servers(Step& step) {
  const Outcome outcome = step.run({"--dns", "192.0.2.53"}, "cat /etc/resolv.conf").exits(0);
  outcome.expect(contains(outcome.out, "nameserver 192.0.2.53\n"), "nameserver 192.0.2.53");
}

void names_a_missing_network(Step& step) {
  if (::geteuid() != 0) throw CannotTell("it takes root: an ordinary user has no networks");
  step.run({"--network", "no-such-network"}, "echo it ran").refuses("no-such-network");
}

}  // namespace

std::vector<Check> network_checks() {
  return {
      detail("containers in one network find each other by name", {"network", "--network", "--id"},
             kNetworks, neighbours_find_each_other),
      detail("--publish: a port of the host's leads into it", {"network", "--publish", "--id"},
             kPorts, publishes_a_port),
      detail("network rm leaves no interface behind", {"network"}, kNetworks, leaves_no_interface),
      detail("a missing network: its name in the error", {"network"}, kNetworks,
             names_a_missing_network),
      detail("--network container:ID shares another one's", {"--network", "--detach"}, kNetworks,
             shares_with_another),
      detail("/etc/hosts and /etc/hostname know its name", {"--hostname"}, kNames, knows_itself),
      detail("--add-host is a line of its /etc/hosts", {"--add-host"}, kNames, is_told_of_hosts),
      detail("--dns is the name server in its /etc/resolv.conf", {"--dns"}, kNames,
             is_told_of_servers),
  };
}

}  // namespace lockstep::lessons
