#include "tests/lessons/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>

#include "common/os/error.hpp"
#include "tests/lessons/eventually.hpp"

namespace lockstep::lessons {

Terminal::Terminal(unsigned short rows, unsigned short columns)
    : master_(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)) {
  if (!master_) throw SysError(errno, "open(\"/dev/ptmx\")", "is a devpts mounted on /dev/pts?");
  const int unlock = 0;
  if (::ioctl(master_.get(), TIOCSPTLCK, &unlock) != 0) throw SysError(errno, "ioctl(TIOCSPTLCK)");
  slave_ = Fd(::ioctl(master_.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave_) throw SysError(errno, "ioctl(TIOCGPTPEER)", "this needs kernel 4.13");
  resize(rows, columns);
}

void Terminal::take() const {
  ::setsid();
  ::ioctl(slave_.get(), TIOCSCTTY, 0);
  for (int fd = 0; fd < 3; ++fd) ::dup2(slave_.get(), fd);
}

void Terminal::type(const std::string& keys) { write_all(master_, keys, "the terminal"); }

void Terminal::resize(unsigned short rows, unsigned short columns) {
  const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  if (::ioctl(master_.get(), TIOCSWINSZ, &size) != 0) throw SysError(errno, "ioctl(TIOCSWINSZ)");
}

void Terminal::read_some() {
  std::array<char, 4096> buffer;
  const ssize_t count = ::read(master_.get(), buffer.data(), buffer.size());
  for (ssize_t i = 0; i < count; ++i) {
    const char c = buffer[static_cast<size_t>(i)];
    if (c != '\r') shown_ += c;
  }
}

bool Terminal::shows(const std::string& text) {
  return eventually([&] {
    read_some();
    return shown_.find(text) != std::string::npos;
  });
}

bool Terminal::is(const std::string& path) const {
  struct stat there {};
  struct stat own {};
  return ::stat(path.c_str(), &there) == 0 && ::fstat(slave_.get(), &own) == 0 &&
         there.st_dev == own.st_dev && there.st_ino == own.st_ino;
}

std::string Terminal::modes() const {
  termios now{};
  if (::tcgetattr(slave_.get(), &now) != 0) throw SysError(errno, "tcgetattr()");
  return fmt::format("{:o} {:o} {:o} {:o}", now.c_iflag, now.c_oflag, now.c_cflag, now.c_lflag);
}

}  // namespace lockstep::lessons
