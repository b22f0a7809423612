#include "05-network/pasta.hpp"

#include <fcntl.h>
#include <sched.h>

#include <algorithm>

#include "05-network/resolv_conf.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/mounts.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "common/os/run_program.hpp"
#include "common/os/text.hpp"

namespace lockstep::net {
namespace {

using Words = std::vector<std::string>;

std::string range(unsigned first, unsigned count) {
  return count == 1 ? std::to_string(first) : fmt::format("{}-{}", first, first + count - 1);
}

/// pasta's own way to write a port: "127.0.0.1/8080:80".
std::string port_for_pasta(const Port& port) {
  const std::string where = port.address ? port.address->words() + "/" : "";
  return fmt::format("{}{}:{}", where, range(port.host, port.count),
                     range(port.container, port.count));
}

Words pasta_words(const Wanted& wanted, const std::string& folder, pid_t pid) {
  Words words = {"pasta",       "--config-net",  "--quiet",
                 "--no-map-gw",  // or the gateway's address would lead to the host's loopback
                 "--log-file",  folder + "/log", "--pid",    folder + "/pid",
                 "--tcp-ns",    "none",          "--udp-ns", "none"};
  for (const bool udp : {false, true}) {
    bool any = false;
    for (const Port& port : wanted.ports) {
      if (port.udp != udp) continue;
      any = true;
      words.insert(words.end(), {udp ? "--udp-ports" : "--tcp-ports", port_for_pasta(port)});
    }
    if (!any) words.insert(words.end(), {udp ? "--udp-ports" : "--tcp-ports", "none"});
  }
  // Beside the cables: else it would be called as the host's interface is, "eth0".
  if (wanted.mode == Mode::kNetworks) words.insert(words.end(), {"--ns-ifname", "pasta0"});
  if (const auto ip = dns_forwarder(wanted))
    words.insert(words.end(), {"--dns-forward", ip->words()});
  if (caller_uid() == 0) words.insert(words.end(), {"--runas", "0:0"});
  if (has_same_users(pid)) {
    words.insert(words.end(), {"--netns-only", "--netns", folder + "/netns"});
  } else {
    words.insert(words.end(), {"--userns", fmt::format("/proc/{}/ns/user", pid), "--netns",
                               fmt::format("/proc/{}/ns/net", pid)});
  }
  return words;
}

/// pasta gives most of its powers up before it opens the namespace, and then may not look into the
/// child's /proc any more. So it finds the namespace bound to a file, in a mount namespace of
/// pasta's own: nothing of that is on the host.
void bind_namespace(const std::string& folder, pid_t pid) {
  if (!has_same_users(pid)) return;
  const std::string net = fmt::format("/proc/{}/ns/net", pid);
  sys::unshare(CLONE_NEWNS, "mounts of the helper's own");
  sys::mount("", "/", "", MS_REC | MS_PRIVATE, "", "what it mounts stays its own");
  sys::mount(net, folder + "/netns", "", MS_BIND, "",
             "the container's network namespace, by a name");
}

/// Of all that pasta said the error: "0.6238: ERROR:   Failed to …"; else the last line.
std::string cause_in(const std::string& told) {
  std::string cause;
  bool is_error = false;
  for (const std::string& line : split(told, '\n')) {
    const size_t mark = line.find("ERROR:");
    if (line.empty() || (is_error && mark == std::string::npos)) continue;
    is_error = is_error || mark != std::string::npos;
    cause = mark == std::string::npos ? line : line.substr(mark + 6);
  }
  return cause.substr(std::min(cause.find_first_not_of(' '), cause.size()));
}

std::string pasta_hint(const std::string& cause) {
  const auto has = [&](const char* word) { return cause.find(word) != std::string::npos; };
  if (has("xternal interface") || has("routable"))
    return "it uses the interface of this machine's default route, and there is none: `ip route`";
  if (has("tun")) return "it needs /dev/net/tun to be there, and open to you";
  if (has("bind")) return "`ss -lntu` lists who has that port";
  return "";
}

}  // namespace

bool has_same_users(pid_t pid) {
  return proc::namespace_of(pid, "user") == proc::namespace_of(0, "user");
}

void start_pasta(const Wanted& wanted, const std::string& program, const std::string& folder,
                 pid_t pid) {
  sys::make_empty_file(sys::open(folder, O_PATH | O_DIRECTORY), "netns", 0600);
  const ProgramResult result =
      RunningProgram(
          program, pasta_words(wanted, folder, pid), "", [&] { bind_namespace(folder, pid); },
          "a program that carries the container's data in and "
          "out")
          .finish();
  if (result.status.shell_code() == 0) return;
  const std::string told = proc::read_file(folder + "/log").value_or("") + result.output;
  const std::string cause = cause_in(told);
  throw Error(fmt::format("--network pasta: pasta {}: {}", result.status.words(), cause),
              pasta_hint(cause));
}

}  // namespace lockstep::net
