#include "05-network/helper.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>

#include "05-network/pasta.hpp"
#include "05-network/rootless_netns.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "common/os/run_program.hpp"
#include "common/os/text.hpp"

namespace lockstep::net {
namespace {

using Words = std::vector<std::string>;

std::string folder_of(const std::string& state) { return state + "/helper"; }

std::string how_to_install(const std::string& name) {
  return fmt::format("as root: apt-get install {0} (Debian, Ubuntu), dnf install {0} (Fedora)",
                     name == "pasta" ? "passt" : "slirp4netns");
}

std::string installed(const std::string& name) {
  if (const auto path = find_on_path(name)) return *path;
  throw Error(fmt::format("--network {0}: {0} is not installed", name), how_to_install(name));
}

/// An ordinary user's helper opens the host's ports as that user.
void check_privileged_port(const Port& port) {
  if (caller_uid() == 0) return;
  const char* const setting = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
  const std::string text = proc::read_file(setting).value_or("1024");
  unsigned first = 1024;
  std::from_chars(text.data(), text.data() + text.size(), first);
  if (port.host >= first) return;
  throw Error(fmt::format("--publish: port {} of this machine is root's: an ordinary user has "
                          "those from {} on",
                          port.host, first),
              fmt::format("publish a higher one, or as root: sysctl "
                          "net.ipv4.ip_unprivileged_port_start={}",
                          port.host));
}

/// slirp4netns stays where it was started, and writes a byte when all is set up.
void start_slirp(const std::string& state, pid_t pid) {
  Pipe ready = Pipe::make();
  const std::string path = installed("slirp4netns");
  Words words = {"slirp4netns",
                 "--configure",
                 "--disable-host-loopback",
                 "--mtu=65520",
                 "--api-socket=" + folder_of(state) + "/socket",
                 "--ready-fd=" + std::to_string(ready.write_end.get())};
  if (!has_same_users(pid)) words.push_back(fmt::format("--userns-path=/proc/{}/ns/user", pid));
  words.insert(words.end(), {std::to_string(pid), "tap0"});
  const Fd log = sys::open(folder_of(state) + "/log", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  Child child = Child::clone(
      0,
      [&] {
        ::setsid();
        sys::replace_descriptor(log, STDOUT_FILENO);
        sys::replace_descriptor(log, STDERR_FILENO);
        ::fcntl(ready.write_end.get(), F_SETFD, 0);
        sys::execute(path, words, {}, "a program that carries the container's data in and out");
      },
      "it goes on beside the container");
  ready.write_end.reset();
  char byte = 0;
  ssize_t size = 0;
  while ((size = ::read(ready.read_end.get(), &byte, 1)) < 0 && errno == EINTR) {
  }
  if (size == 1) return child.forget();
  const std::string told = proc::read_file(folder_of(state) + "/log").value_or("");
  throw Error(fmt::format("--network slirp4netns: it {}: {}", child.wait().words(),
                          told.substr(0, told.find('\n'))),
              "it needs /dev/net/tun to be open to you");
}

/// Whether an argument of the process names that folder.
bool is_marked(pid_t pid, const std::string& folder) {
  const auto line = proc::read_file(fmt::format("/proc/{}/cmdline", pid));
  if (!line) return false;
  const auto words = split(*line, '\0');
  if (words[0].find("pasta") == std::string::npos &&
      words[0].find("slirp4netns") == std::string::npos)
    return false;
  for (const std::string& word : words) {
    if (word.find(folder + "/") != std::string::npos) return true;
  }
  return false;
}

void end_processes(const std::string& folder) {
  constexpr int kPatience = 5'000;  // milliseconds
  for (const pid_t pid : proc::all()) {
    if (!is_marked(pid, folder)) continue;
    const auto process = sys::open_pid(pid);
    if (!process || !is_marked(pid, folder)) continue;  // looked at again: it is that very one
    sys::send_signal(*process, pid, SIGKILL, "the container's helper has nobody left to help");
    sys::wait_for_end(*process, kPatience);
  }
}

bool are_internal(const std::vector<std::string>& names) {
  auto networks = Networks::open();
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string& name) { return networks.get(name).internal; });
}

}  // namespace

void choose_helper(Wanted& wanted) {
  if (wanted.mode != Mode::kNetworks || !is_rootless() || are_internal(wanted.networks)) return;
  if (find_on_path("pasta")) {
    wanted.helper = "pasta";
  } else if (!wanted.ports.empty()) {
    throw Error("--publish: without root it takes pasta, which is not installed",
                how_to_install("pasta"));
  } else if (find_on_path("slirp4netns")) {
    wanted.helper = "slirp4netns";
  } else {
    narrate::say(
        "(no way out: without root it is a helper's, and neither pasta nor slirp4netns is "
        "installed; neighbours can be reached)");
  }
}

void prepare_helper(const Wanted& wanted, const std::string& state, Undo& undo) {
  if (wanted.helper.empty()) return;
  installed(wanted.helper);
  if (wanted.helper == "slirp4netns" && !wanted.ports.empty())
    throw Error("--publish: not with slirp4netns", "--network pasta can publish ports");
  for (const Port& port : wanted.ports) {
    check_privileged_port(port);
    check_no_listener(port);
  }
  undo.note({"helper", {{"folder", folder_of(state)}}});
  sys::make_directory(folder_of(state), 0700, "what the helper writes, and what it is known by");
}

void start_helper(const Wanted& wanted, const std::string& state, const Child& child) {
  if (wanted.helper.empty()) return;
  try {
    if (wanted.helper == "pasta") {
      start_pasta(wanted, installed("pasta"), folder_of(state), child.pid());
    } else {
      start_slirp(state, child.pid());
    }
  } catch (const Error& error) {
    const bool was_asked_for = wanted.mode == Mode::kHelper || !wanted.ports.empty();
    if (was_asked_for) throw;
    narrate::say(fmt::format("(no way out: {})", error.what()));
  }
}

void stop_helper(const pid::Record&, const Note& note) {
  if (!note.what.contains("folder")) return;  // its state is gone, and the folder was in there
  const std::string& folder = note.what.at("folder");
  end_processes(folder);
  sys::remove_folder_of(folder, {"log", "pid", "netns", "socket"});
}

}  // namespace lockstep::net
