#include "09-seccomp/engine/notify_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "09-seccomp/engine/host_notify.hpp"
#include "common/cli/options.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "common/os/processes.hpp"
#include "common/os/text.hpp"

namespace lockstep::engine {
namespace {

constexpr const char* kNote = "notify-socket";
constexpr const char* kFolder = "notify";  // in the state folder
constexpr const char* kSocket = "notify.sock";
constexpr const char* kInside = "/run/notify";

/// This process's ear, for the one container that it makes or starts.
struct Ear {
  Fd socket;
  bool left_running = false;
};
Ear& ear() {
  static Ear only;
  return only;
}

Fd open_folder(const std::string& state) {
  return sys::open(state + "/" + kFolder, O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

/// Whoever the container's program is, it may speak: the folder that leads there is nobody else's.
void listen_in(const Fd& folder) {
  constexpr mode_t kAnybody = 0666;
  if (::unlinkat(folder.get(), kSocket, 0) != 0 && errno != ENOENT)
    throw SysError(errno, fmt::format("unlink({})", quoted(kSocket)));  // of create, or a start
  Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) throw SysError(errno, "socket(AF_UNIX, SOCK_DGRAM)");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder.path() + "/" + kSocket;  // a state folder's may be too long
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw SysError(errno, fmt::format("bind({})", quoted(path)));
  if (::fchmodat(folder.get(), kSocket, kAnybody, 0) != 0)
    throw SysError(errno, fmt::format("fchmodat({}, 0666)", quoted(path)));
  ear().socket = std::move(socket);
}

bool has_line(std::string_view text, std::string_view line) {
  const auto lines = split(std::string(text), '\n');
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

/// Of what has come in so far; not without end, should somebody go on and on. Descriptors that came
/// with it are dropped by the kernel.
bool heard_ready() {
  constexpr int kMost = 64;
  std::array<char, 4096> buffer;
  for (int i = 0; i < kMost; ++i) {
    const ssize_t size = ::recv(ear().socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return false;
    if (size < 0) throw SysError(errno, "recv(notify.sock)");
    if (has_line({buffer.data(), static_cast<size_t>(size)}, "READY=1")) return true;
  }
  return false;
}

/// The container runs, whatever becomes of the word that it does.
void hand_on(pid_t main) {
  try {
    tell_host(host_notify_socket(), fmt::format("READY=1\nMAINPID={}", main));
  } catch (const Error& error) {
    narrate::say(fmt::format("({})", error.what()));
  }
}

/// Until it is ready, or the process behind `pidfd` has ended. `signals`, if there are any, are the
/// container's meanwhile.
void wait_until_ready(const Fd& pidfd, pid_t pid, pid::SignalQueue* signals) {
  std::array<pollfd, 3> watched = {
      pollfd{ear().socket.get(), POLLIN, 0}, pollfd{pidfd.get(), POLLIN, 0},
      pollfd{signals == nullptr ? -1 : signals->fd().get(), POLLIN, 0}};
  for (;;) {
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR)
      throw SysError(errno, "poll(notify.sock)");
    while (const int signal = signals == nullptr ? 0 : signals->next())
      sys::send_signal(pidfd, pid, signal, "what the runtime is sent is meant for the container");
    const bool ended = watched[1].revents != 0;  // looked at before its last words are read
    if (heard_ready()) return hand_on(pid);
    if (ended) return;
  }
}

void listen_again(const pid::Record& record, const Note& /*note*/) {
  if (host_notify_socket().empty()) return;  // create had one: so somebody else is told, or nobody
  listen_in(open_folder(pid::state_folder(record.id)));
}

void wait_for_word(const pid::Record& record, const Note& /*note*/) {
  const auto process = pid::locate(record);
  if (ear().socket && process) wait_until_ready(*process, record.pid, nullptr);
}

void remove_folder(const pid::Record& record, const Note& note) {
  if (note.what.empty()) return;  // it is gone with the state
  const std::string folder = pid::state_folder(record.id) + "/" + kFolder;
  if (::unlink((folder + "/" + kSocket).c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
    throw SysError(errno, fmt::format("unlink({}/{})", folder, kSocket));
  if (::rmdir(folder.c_str()) != 0 && errno != ENOENT)
    throw SysError(errno, fmt::format("rmdir({})", quoted(folder)));
}

}  // namespace

std::string host_notify_socket() {
  std::string name = sys::variable("NOTIFY_SOCKET");
  const bool fits = name.empty() || ((name[0] == '/' || name[0] == '@') && name.size() > 1 &&
                                     name.size() < sizeof(sockaddr_un::sun_path));
  if (fits) return name;
  throw cli::UsageError(
      fmt::format("NOTIFY_SOCKET: expected a socket's path, or @NAME, got {}", quoted(name)),
      "it is the service manager that sets it, see sd_notify(3); without it nobody is told");
}

std::string notify_variable() { return fmt::format("NOTIFY_SOCKET={}/{}", kInside, kSocket); }

void make_notify_folder(oci::Config& config, Undo& undo) {
  if (host_notify_socket().empty()) return;
  const std::string folder = undo.folder() + "/" + kFolder;
  undo.note({kNote, {{"folder", folder}}});
  sys::make_directory(folder, 0755, "for the socket where the container says that it is ready");
  if (::chmod(folder.c_str(), 0755) != 0)  // whatever the caller's umask is
    throw SysError(errno, fmt::format("chmod({}, 0755)", quoted(folder)));
  config.mounts.push_back({kInside, "bind", folder, {"bind", "nosuid", "noexec", "nodev", "ro"}});
}

void listen_for_readiness(const Undo& undo, bool left_running) {
  if (host_notify_socket().empty()) return;
  listen_in(open_folder(undo.folder()));
  ear().left_running = left_running;
}

pid::Attend handing_readiness_on(pid::Attend attend) {
  return [attend = std::move(attend)](Created& container, pid::SignalQueue& signals,
                                      const oci::Process& process) {
    const bool by_create = process.detached && !ear().left_running;
    if (!ear().socket || by_create) return attend(container, signals, process);
    if (!process.detached) {
      // Who is looked after is the runtime itself: it ends as the container does.
      signals.watch_also(ear().socket.duplicate(), [] {
        const bool ready = heard_ready();
        if (ready) hand_on(::getpid());
        return !ready;
      });
      return attend(container, signals, process);
    }
    const Fd pidfd = container.child.pidfd().duplicate();
    const pid_t pid = container.child.pid();
    auto end =
        attend(container, signals, process);  // first: a keeper may have to hold its terminal
    wait_until_ready(pidfd, pid, &signals);
    return end;
  };
}

pid::UndoTable notify_undoers() {
  return {{kNote, {remove_folder, nullptr, nullptr, nullptr, listen_again, wait_for_word}}};
}

}  // namespace lockstep::engine
