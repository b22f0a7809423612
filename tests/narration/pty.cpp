#include "tests/narration/pty.hpp"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"

namespace lockstep::narration {
namespace {

constexpr int kPatience = 10'000;  // milliseconds
constexpr int kAWhile = 200;

Fd open_master() {
  Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!master || ::unlockpt(master.get()) != 0) throw SysError(errno, "posix_openpt()");
  return master;
}

Child start(const Fd& master, const std::vector<std::string>& words) {
  std::array<char, 64> name{};
  if (::ptsname_r(master.get(), name.data(), name.size()) != 0) throw SysError(errno, "ptsname()");
  return Child::clone(0, [&] {
    sys::new_session();
    const Fd slave = sys::open(name.data(), O_RDWR | O_NOCTTY);
    sys::set_controlling_terminal(slave);
    for (int fd = 0; fd < 3; ++fd) ::dup2(slave.get(), fd);
    sys::execute(words[0], words, {"PATH=/usr/bin:/bin"});
  });
}

}  // namespace

Pty::Pty(const std::vector<std::string>& words)
    : master_(open_master()), child_(start(master_, words)) {}

void Pty::type(const std::string& text) { write_all(master_, text, "the terminal"); }

bool Pty::read_some(int milliseconds) {
  pollfd poll{master_.get(), POLLIN, 0};
  if (::poll(&poll, 1, milliseconds) <= 0) return false;
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(master_.get(), buffer.data(), buffer.size());
  if (count <= 0) return false;  // EIO: nobody has it open any more
  unread_.append(buffer.data(), static_cast<size_t>(count));
  return true;
}

std::string Pty::read_until(const std::string& end) {
  size_t at = 0;
  while ((at = unread_.find(end)) == std::string::npos) {
    if (!read_some(kPatience)) {
      throw Error(fmt::format("{} was never shown, but {}", quoted(end), quoted(unread_)));
    }
  }
  std::string text = unread_.substr(0, at + end.size());
  unread_.erase(0, text.size());
  return text;
}

std::string Pty::answer_all(const std::string& question, const std::string& answer) {
  std::string all;
  for (;;) {
    const size_t at = unread_.find(question);
    if (at != std::string::npos) {
      all += unread_.substr(0, at + question.size());
      unread_.erase(0, at + question.size());
      type(answer);
    } else if (!read_some(kPatience)) {
      return all + unread_;
    }
  }
}

std::string Pty::read_to_the_end() {
  while (read_some(kPatience)) {
  }
  return unread_;
}

bool Pty::is_quiet() {
  const size_t before = unread_.size();
  read_some(kAWhile);
  return unread_.size() == before;
}

void Pty::close() {
  sys::send_signal(child_.pidfd(), child_.pid(), SIGKILL);
  child_.wait();
}

std::string command_of(const std::string& pid) {
  const auto stat = proc::stat(std::stoi(pid));
  return stat ? stat->command : "";
}

bool is_child_of(const std::string& pid, pid_t parent) {
  const auto stat = proc::stat(std::stoi(pid));
  return stat && stat->parent == parent;
}

}  // namespace lockstep::narration
