// What engines add to `run`, `create` and `exec`.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "09-seccomp/engine/command_line.hpp"
#include "09-seccomp/engine/notify_socket.hpp"
#include "common/oci/config_json.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"
#include "common/os/text.hpp"

namespace lockstep::engine {
namespace {

constexpr int kFirst = 3;  // behind standard error

unsigned number_of(const std::string& text) {
  constexpr unsigned kMost = 1'000'000;
  const auto number = parse_number<unsigned>(text);
  if (!number || *number > kMost)
    throw cli::UsageError(fmt::format("expected a number of descriptors, got {}", quoted(text)));
  return *number;
}

/// Those that the program is to have must be open already: what this process opens gets the free numbers.
void check_open(unsigned count) {
  for (int fd = kFirst; fd < kFirst + static_cast<int>(count); ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    throw cli::UsageError(fmt::format("--preserve-fds: descriptor {} is not open", fd),
                          fmt::format("the caller opens {} to {}, not close-on-exec", kFirst,
                                      kFirst + static_cast<int>(count) - 1));
  }
}

void descriptor_options(cli::Options& options, oci::Process& process) {
  options.value("console-socket", "SOCKET", "its terminal's other end is sent there",
                [&](const std::string& path) {
                  if (path.empty()) throw cli::UsageError("expected a socket's path");
                  process.console_socket = sys::absolute(path);
                });
  options.value("preserve-fds", "N", "so many descriptors behind 2 are the program's, too",
                [&](const std::string& text) { process.preserved_descriptors = number_of(text); });
}

/// Of a socket-activated caller: they come first, and the program is told of them. See: sd_listen_fds(3)
void tell_of_sockets(oci::Process& process) {
  const std::string count = sys::variable("LISTEN_FDS");
  const auto pid = parse_number<pid_t>(sys::variable("LISTEN_PID"));
  if (count.empty() || (pid && *pid != ::getpid())) return;
  const unsigned sockets = number_of(count);
  if (sockets == 0) return;
  process.preserved_descriptors += sockets;
  process.told.push_back(fmt::format("LISTEN_FDS={}", sockets));
  process.told.emplace_back("LISTEN_PID=1");  // as it numbers itself
}

oci::Process read_process(const std::string& path) {
  const Fd file = path == "-" ? Fd(::dup(STDIN_FILENO)) : sys::open(path, O_RDONLY);
  const std::string name = path == "-" ? "standard input" : path;
  return oci::read_process_document(read_all(file, name), name);
}

std::vector<gid_t> parse_groups(const std::string& text) {
  std::vector<gid_t> out;
  for (const std::string& part : split(text, ',')) {
    const auto gid = parse_number<uint32_t>(part);
    if (!gid || *gid == 4294967295)
      throw cli::UsageError(fmt::format("expected a group's number, got {}", quoted(part)));
    out.push_back(*gid);
  }
  return out;
}

/// Whether it is there, only the container knows.
std::string cgroup_of(const std::string& text) {
  const size_t colon = text.find(':');
  const auto parts = split(colon == std::string::npos ? text : text.substr(colon + 1), '/');
  const bool fits = !text.empty() && colon != 0 && colon != text.size() - 1 &&
                    std::find(parts.begin(), parts.end(), "..") == parts.end();
  if (fits) return text;
  throw cli::UsageError(
      fmt::format("expected PATH or CONTROLLER[,CONTROLLER…]:PATH, got {}", quoted(text)),
      "a path from the container's own cgroup on down, without ..");
}

/// What the command line says beside --process stays: how it is run, not what.
void take_process(oci::Process& process, oci::Process read) {
  read.detached = process.detached;
  read.detach_keys = process.detach_keys;
  read.console_socket = process.console_socket;
  read.preserved_descriptors = process.preserved_descriptors;
  read.though_paused = process.though_paused;
  read.cgroups = std::move(process.cgroups);
  read.is_complete = true;
  process = std::move(read);
}

}  // namespace

void options(cli::Options& options, oci::Config& config) {
  oci::Process& process = config.process;
  descriptor_options(options, process);
  options.flag("no-subreaper", "accepted for crun's sake: nobody becomes one", [] {});
  options.words([&process, &config](cli::Options::Words&) {
    config.without_cgroup = is_to_have_no_cgroup();
    tell_of_sockets(process);
    if (!host_notify_socket().empty()) process.told.push_back(notify_variable());
    if (process.preserved_descriptors > 0) check_open(process.preserved_descriptors);
  });
}

void exec_options(cli::Options& options, oci::Process& process) {
  descriptor_options(options, process);
  const auto read = std::make_shared<std::optional<oci::Process>>();
  options.value("p,process", "FILE|-", "the process as JSON, in place of a command",
                [read](const std::string& path) { *read = read_process(path); });
  options.value("g,additional-gids", "GID", "another group that its user is a member of",
                [&](const std::string& text) {
                  auto& groups = process.user.additional_gids;
                  for (const gid_t gid : parse_groups(text)) groups.push_back(gid);
                });
  options.flag("ignore-paused", "though the container is paused: it runs when that is resumed",
               [&] { process.though_paused = true; });
  options.value("cgroup", "[CONTROLLER:]PATH",
                "in this cgroup below the container's own (/: in that itself)",
                [&](const std::string& text) { process.cgroups.push_back(cgroup_of(text)); });
  options.check([&process, read] {
    if (*read) take_process(process, std::move(**read));
    if (process.preserved_descriptors > 0) check_open(process.preserved_descriptors);
  });
}

}  // namespace lockstep::engine
