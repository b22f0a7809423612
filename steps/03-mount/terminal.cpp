#include "03-mount/terminal.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "03-mount/bind.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep::mnt {
namespace {

/// The container's ptmx, if it is one: /dev/pts could be anything by the time of an `exec`.
Fd open_master(const Beneath& root) {
  auto master = root.open("/dev/pts/ptmx", O_RDWR | O_NOCTTY);
  struct statfs where {};
  struct stat status {};
  const bool real = master && ::fstatfs(master->get(), &where) == 0 &&
                    where.f_type == DEVPTS_SUPER_MAGIC && ::fstat(master->get(), &status) == 0 &&
                    status.st_rdev == ::makedev(5, 2);
  if (real) return std::move(*master);
  throw Error("the container has no /dev/pts of its own to make a terminal from",
              "mount a devpts on /dev/pts, or run without --tty");
}

void set_size(const Fd& master, const oci::Process& process) {
  if (!process.console_size) return;
  winsize size{};
  size.ws_row = static_cast<unsigned short>(process.console_size->height);
  size.ws_col = static_cast<unsigned short>(process.console_size->width);
  if (::ioctl(master.get(), TIOCSWINSZ, &size) != 0)
    throw SysError(errno, "ioctl(ptmx, TIOCSWINSZ)");
}

/// Itself, not what it leads to: a link there would have the terminal bound anywhere
/// (CVE-2025-52565).
Fd open_console(const Beneath& root) {
  sys::make_empty_file(root.make_directories("/dev"), "console", 0644);
  auto console = root.open_link_itself("/dev/console", O_PATH);
  struct stat status {};
  const bool fits = console && ::fstat(console->get(), &status) == 0 &&
                    (S_ISREG(status.st_mode) || S_ISCHR(status.st_mode));
  if (fits) return std::move(*console);
  throw Error("/dev/console in the rootfs is a link, or no file that a terminal can be bound onto",
              "remove it from the rootfs, or mount a tmpfs on /dev");
}

void become_streams(const Fd& slave) {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::dup2(slave.get(), fd) < 0) throw SysError(errno, fmt::format("dup2(pty, {})", fd));
  }
}

}  // namespace

void Terminal::make(const oci::Process& process, const std::string& path, Handshake& handshake) {
  const Beneath root = Beneath::open_root(path);
  const Fd master = open_master(root);
  const int unlock = 0;
  if (::ioctl(master.get(), TIOCSPTLCK, &unlock) != 0)
    throw SysError(errno, "ioctl(ptmx, TIOCSPTLCK, 0)");
  // TIOCGPTPEER opens the slave of this very master: a path could lead to another terminal.
  slave_ = Fd(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave_) throw SysError(errno, "ioctl(ptmx, TIOCGPTPEER)", "this needs kernel 4.13");
  set_size(master, process);
  if (::fchown(slave_.get(), process.user.uid, static_cast<gid_t>(-1)) != 0 && errno != EINVAL &&
      errno != EPERM) {
    throw SysError(errno, fmt::format("fchown(pty, {})", process.user.uid));
  }
  handshake.send(master);
}

void Terminal::open(const oci::Config& config, Handshake& handshake) {
  if (!config.process.terminal) return;
  make(config.process, config.root.path, handshake);
  const Beneath root = Beneath::open_root(config.root.path);
  const Fd console = open_console(root);
  bind(sys::Place{slave_, "the pty"}, root, {console, "/dev/console"}, {},
       "the console is this container's terminal");
  // An engine reads what `create` says until nobody holds that pipe: who waits for `start` must not.
  if (!config.process.console_socket.empty()) become_streams(slave_);
}

void Terminal::take(const oci::Process& process, Handshake& handshake) {
  if (process.user.umask)
    sys::set_umask(*process.user.umask, "what it creates, others may not write");
  if (!process.terminal) return;
  if (!slave_) make(process, "/", handshake);
  sys::set_controlling_terminal(slave_,
                                "from here Ctrl-C on this terminal is a signal for this session");
  become_streams(slave_);
}

}  // namespace lockstep::mnt
