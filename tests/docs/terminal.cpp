#include "tests/docs/terminal.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep::docs {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// The shell's prompt, which the reader knows as "$ ": a sign that no program prints, around the
// exit status of the command before.
constexpr char kSign = '\036';
constexpr const char* kStartUp =
    R"(PS1=$'\036$?\036' PS2='> '; set +o history; unset MAILCHECK; exec )";

Fd open_master() {
  Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!master) throw SysError(errno, "posix_openpt()", "is a devpts mounted on /dev/pts?");
  if (::unlockpt(master.get()) != 0) throw SysError(errno, "unlockpt()");
  // So many rows that no pager waits for a key.
  const winsize size{.ws_row = 1000, .ws_col = 120, .ws_xpixel = 0, .ws_ypixel = 0};
  if (::ioctl(master.get(), TIOCSWINSZ, &size) != 0) throw SysError(errno, "ioctl(TIOCSWINSZ)");
  return master;
}

void become(const Account& account) {
  if (account.uid == 0) return;
  const auto gid = static_cast<gid_t>(account.uid);
  if (::setgroups(0, nullptr) != 0 || ::setgid(gid) != 0 || ::setuid(account.uid) != 0) {
    throw SysError(errno, fmt::format("setuid({})", account.uid));
  }
}

/// The shell's start-up file, which closes itself: nothing to remove, and no descriptor that a
/// page's commands would inherit.
Fd start_up_file() {
  Fd file(::memfd_create("start-up", 0));
  if (!file) throw SysError(errno, "memfd_create()");
  write_all(file, fmt::format("{}{}<&-\n", kStartUp, file.get()), "the start-up file");
  return file;
}

/// In the child: bash with the terminal as its own.
void be_shell(const Fd& master, const Account& account, const std::string& directory) {
  sys::new_session();
  std::array<char, 64> name{};
  if (::ptsname_r(master.get(), name.data(), name.size()) != 0) throw SysError(errno, "ptsname()");
  const Fd slave = sys::open(name.data(), O_RDWR | O_NOCTTY);
  sys::set_controlling_terminal(slave);
  if (::fchown(slave.get(), account.uid, static_cast<gid_t>(-1)) != 0)
    throw SysError(errno, "fchown()");
  const Fd start_up = start_up_file();
  for (int fd = 0; fd < 3; ++fd) ::dup2(slave.get(), fd);
  become(account);
  sys::change_directory(directory);
  sys::execute("/bin/bash",
               {"bash", "--noprofile", "--rcfile", start_up.path(), "--noediting", "-i"},
               account.environment);
}

void start_shell(const Fd& master, const Account& account, const std::string& directory) {
  Child shell = Child::clone(0, [&] {
    try {
      be_shell(master, account, directory);
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}\n", error.what());
    }
    ::_exit(127);
  });
  shell.forget();  // it ends with the sandbox
}

/// Skips an escape sequence from `at`, which is behind the escape: "[…letter" or "]…bell" or a
/// letter.
size_t skip_escape(std::string_view text, size_t at) {
  if (at == text.size()) return at;
  if (text[at] == ']') {
    while (at < text.size() && text[at] != '\a') ++at;
  } else if (text[at] == '[') {
    ++at;
    while (at < text.size() && (text[at] < '@' || text[at] > '~')) ++at;
  }
  return std::min(at + 1, text.size());
}

}  // namespace

std::string readable(std::string_view output) {
  std::string out;
  size_t line = 0;  // where the last one begins in `out`
  for (size_t i = 0; i < output.size();) {
    const char c = output[i++];
    if (c == '\033') {
      i = skip_escape(output, i);
    } else if (c == '\r') {
      const size_t next = std::min(output.find_first_not_of('\r', i), output.size());
      if (next < output.size() && output[next] != '\n')
        out.resize(line);  // written over: a progress line
      i = next;
    } else if (c != '\a') {
      out += c;
      if (c == '\n') line = out.size();
    }
  }
  return out;
}

Terminal::Terminal(const Account& account, const std::string& directory) : master_(open_master()) {
  start_shell(master_, account, directory);
  constexpr milliseconds kLimit{10000};
  if (wait([](const std::string&) { return false; }, kLimit) != Outcome::kEnded) {
    throw Error(fmt::format("bash did not show its prompt; it wrote: {}", quoted(text_)));
  }
}

void Terminal::command(const std::string& line) {
  forget_all_but("");
  type(line + "\n");
}

void Terminal::type(std::string_view text) { write_all(master_, text, "the terminal"); }

void Terminal::read_some(milliseconds limit) {
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {  // PID 1 is who orphans come to
  }
  pollfd poll{master_.get(), POLLIN, 0};
  if (::poll(&poll, 1, static_cast<int>(limit.count())) <= 0) return;
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(master_.get(), buffer.data(), buffer.size());
  if (count <= 0) throw Error("the shell has ended", "a page doesn't exit its own shell");
  raw_.append(buffer.data(), static_cast<size_t>(count));
}

bool Terminal::ended() {
  if (raw_.empty() || raw_.back() != kSign) return false;
  const size_t sign = raw_.rfind(kSign, raw_.size() - 2);
  if (raw_.size() < 2 || sign == std::string::npos) return false;
  status_ = std::atoi(raw_.substr(sign + 1).c_str());
  raw_.resize(sign);
  return true;
}

Terminal::Outcome Terminal::wait(const std::function<bool(const std::string&)>& reached,
                                 milliseconds limit, milliseconds quiet) {
  const auto deadline = Clock::now() + limit;
  auto last_change = Clock::now();
  for (;;) {
    const bool done = ended();
    text_ = readable(raw_);
    if (done) return Outcome::kEnded;
    const auto now = Clock::now();
    if (now - last_change >= quiet && reached(text_)) return Outcome::kReached;
    if (now >= deadline) return Outcome::kTimedOut;
    const size_t before = raw_.size();
    read_some(std::min(milliseconds{50}, std::chrono::ceil<milliseconds>(deadline - now)));
    if (raw_.size() != before) last_change = Clock::now();
  }
}

}  // namespace lockstep::docs
