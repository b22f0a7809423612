#include "05-network/helper.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <csignal>

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

std::string folder_of(const std::string& state) { return state + "/helper"; }

std::string installed(const std::string& name) {
  if (const auto path = find_on_path(name)) return *path;
  const char* const package = name == "pasta" ? "passt" : "slirp4netns";
  throw Error(fmt::format("--network {0}: {0} is not installed", name),
              fmt::format("as root: apt-get install {0} (Debian, Ubuntu), dnf install {0} (Fedora)",
                          package));
}

std::string range(unsigned first, unsigned count) {
  return count == 1 ? std::to_string(first) : fmt::format("{}-{}", first, first + count - 1);
}

/// pasta's own way to write a port: "127.0.0.1/8080:80".
std::string port_for_pasta(const Port& port) {
  const std::string where = port.address ? port.address->words() + "/" : "";
  return fmt::format("{}{}:{}", where, range(port.host, port.count),
                     range(port.container, port.count));
}

bool has_same_users(pid_t pid) {
  return proc::namespace_of(pid, "user") == proc::namespace_of(0, "user");
}

Words pasta_words(const Wanted& wanted, const std::string& state, pid_t pid) {
  Words words = {"pasta",       "--config-net",
                 "--quiet",
                 "--no-map-gw",  // or the gateway's address would lead to the host's loopback
                 "--log-file",  folder_of(state) + "/log",
                 "--pid",       folder_of(state) + "/pid",
                 "--tcp-ns",    "none",
                 "--udp-ns",    "none"};
  for (const bool udp : {false, true}) {
    bool any = false;
    for (const Port& port : wanted.ports) {
      if (port.udp != udp) continue;
      any = true;
      words.insert(words.end(), {udp ? "--udp-ports" : "--tcp-ports", port_for_pasta(port)});
    }
    if (!any) words.insert(words.end(), {udp ? "--udp-ports" : "--tcp-ports", "none"});
  }
  if (caller_uid() == 0) words.insert(words.end(), {"--runas", "0:0"});
  if (has_same_users(pid)) {
    words.insert(words.end(), {"--netns-only", "--netns", folder_of(state) + "/netns"});
  } else {
    words.insert(words.end(), {"--userns", fmt::format("/proc/{}/ns/user", pid), "--netns",
                               fmt::format("/proc/{}/ns/net", pid)});
  }
  return words;
}

/// pasta gives most of its powers up before it opens the namespace, and then may not look into the
/// child's /proc any more. So it finds the namespace bound to a file, in a mount namespace of
/// pasta's own: nothing of that is on the host.
void bind_namespace(const std::string& state, pid_t pid) {
  if (!has_same_users(pid)) return;
  const std::string net = fmt::format("/proc/{}/ns/net", pid);
  sys::unshare(CLONE_NEWNS, "mounts of the helper's own");
  sys::mount("", "/", "", MS_REC | MS_PRIVATE, "", "what it mounts stays its own");
  sys::mount(net, folder_of(state) + "/netns", "", MS_BIND, "",
             "the container's network namespace, by a name");
}

/// pasta goes to the background by itself when all is set up.
void start_pasta(const Wanted& wanted, const std::string& state, pid_t pid) {
  sys::make_empty_file(sys::open(folder_of(state), O_PATH | O_DIRECTORY), "netns", 0600);
  const ProgramResult result = RunningProgram(
                                   installed("pasta"), pasta_words(wanted, state, pid), "",
                                   [&] { bind_namespace(state, pid); },
                                   "a program that carries the container's data in and "
                                   "out")
                                   .finish();
  if (result.status.shell_code() == 0) return;
  const std::string told = proc::read_file(folder_of(state) + "/log").value_or("") + result.output;
  throw Error(fmt::format("--network pasta: pasta {}: {}", result.status.words(),
                          told.substr(0, told.find_last_not_of('\n') + 1)),
              "it needs /dev/net/tun to be open to you, and a default route on this machine");
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
        ::dup2(log.get(), STDOUT_FILENO);
        ::dup2(log.get(), STDERR_FILENO);
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

}  // namespace

void prepare_helper(const Wanted& wanted, const std::string& state, Undo& undo) {
  if (wanted.mode != Mode::kHelper) return;
  installed(wanted.target);
  if (wanted.target == "slirp4netns" && !wanted.ports.empty())
    throw Error("--publish: not with slirp4netns", "--network pasta can publish ports");
  for (const Port& port : wanted.ports) check_no_listener(port);
  undo.note({"helper", {{"folder", folder_of(state)}}});
  sys::make_directory(folder_of(state), 0700, "what the helper writes, and what it is known by");
}

void start_helper(const Wanted& wanted, const std::string& state, const Child& child) {
  if (wanted.mode != Mode::kHelper) return;
  if (wanted.target == "pasta") {
    start_pasta(wanted, state, child.pid());
  } else {
    start_slirp(state, child.pid());
  }
}

void stop_helper(const pid::Record&, const Note& note) {
  if (!note.what.contains("folder")) return;  // its state is gone, and the folder was in there
  const std::string& folder = note.what.at("folder");
  end_processes(folder);
  sys::remove_folder_of(folder, {"log", "pid", "netns", "socket"});
}

}  // namespace lockstep::net
