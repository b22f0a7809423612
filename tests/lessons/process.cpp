#include "tests/lessons/process.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "common/os/error.hpp"
#include "common/os/processes.hpp"
#include "tests/lessons/terminal.hpp"

namespace lockstep::lessons {
namespace {

/// Appended to: the program, and a container that outlives it, share one place to write to.
Fd file_in_memory(const char* name) {
  Fd file(::memfd_create(name, MFD_CLOEXEC));
  if (!file) throw SysError(errno, "memfd_create()");
  if (::fcntl(file.get(), F_SETFL, O_APPEND) != 0)
    throw SysError(errno, "fcntl(F_SETFL, O_APPEND)");
  return file;
}

std::string text_of(const Fd& file) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t done =
        ::pread(file.get(), buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
    if (done <= 0) return text;
    text.append(buffer.data(), static_cast<size_t>(done));
  }
}

Fd input_file(const std::string& text) {
  if (text.empty()) return Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Fd file(::memfd_create("input", MFD_CLOEXEC));
  if (!file) throw SysError(errno, "memfd_create()");
  write_all(file, text, "standard input");
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

void take_standard_files(const Plan& plan, const Fd& out, const Fd& err) {
  if (plan.terminal != nullptr) return plan.terminal->take();
  const Fd in = input_file(plan.input);
  ::dup2(in.get(), STDIN_FILENO);
  ::dup2(plan.output != nullptr ? plan.output->get() : out.get(), STDOUT_FILENO);
  ::dup2(err.get(), STDERR_FILENO);
}

void become(const Plan& plan, const Fd& out, const Fd& err) {
  sys::set_parent_death_signal(SIGKILL);
  take_standard_files(plan, out, err);
  if (plan.in_child) plan.in_child();
  std::vector<char*> argv;
  // execv(3) takes char* for old times' sake and writes nothing.
  for (const std::string& word : plan.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  const std::string why = fmt::format("execve({}): {}\n", quoted(plan.argv[0]), errno_words(errno));
  (void)!::write(STDERR_FILENO, why.data(), why.size());
  ::_exit(127);
}

}  // namespace

Process::Process(const Plan& plan)
    : out_(file_in_memory("standard output")),
      err_(file_in_memory("standard error")),
      child_(Child::clone(0, [&] { become(plan, out_, err_); })) {}

bool Process::wait(std::chrono::milliseconds limit) {
  if (status_) return true;
  if (!sys::wait_for_end(child_.pidfd(), static_cast<int>(limit.count()))) return false;
  status_ = child_.wait().shell_code();
  return true;
}

void Process::signal(int number) const { ::kill(child_.pid(), number); }

std::string Process::out() const { return text_of(out_); }

std::string Process::err() const { return text_of(err_); }

}  // namespace lockstep::lessons
