#include "common/story/program.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "common/os/error.hpp"
#include "common/os/execute_hint.hpp"
#include "common/os/processes.hpp"

namespace lockstep {
namespace {

/// The value of PATH in an environment; the kernel's own default where it is not set.
std::string path_of(const std::vector<std::string>& env) {
  constexpr std::string_view kName = "PATH=";
  for (const std::string& variable : env) {
    if (variable.starts_with(kName)) return variable.substr(kName.size());
  }
  return oci::kDefaultPath + kName.size();
}

bool is_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

bool is_executable(const std::string& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 && is_file(path);
}

[[noreturn]] void refuse(const std::string& name, const std::string& path) {
  throw Error(fmt::format("{}: permission denied (EACCES)", quoted(name)),
              execute_hint(EACCES, path), Failure::kNotExecutable);
}

}  // namespace

std::string find_program(const oci::Process& process) {
  if (process.args.empty()) throw Error("process.args is empty: there is no command to run");
  const std::string& name = process.args[0];
  if (name.find('/') != std::string::npos) {
    if (is_executable(name)) return name;
    if (::access(name.c_str(), F_OK) == 0 || errno == EACCES) refuse(name, name);
    throw Error(fmt::format("{}: no such file or directory (ENOENT)", quoted(name)), "",
                Failure::kNotFound);
  }
  const std::string search = path_of(process.env);
  std::string denied;
  for (size_t at = 0; at <= search.size();) {
    const size_t end = std::min(search.find(':', at), search.size());
    const std::string folder = search.substr(at, end - at);
    std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    if (is_executable(candidate)) return candidate;
    if (is_file(candidate) && denied.empty()) denied = candidate;
    at = end + 1;
  }
  if (!denied.empty()) refuse(name, denied);
  throw Error(fmt::format("{}: executable file not found: no such file or directory (ENOENT)",
                          quoted(name)),
              fmt::format("it is in none of the folders of PATH={}", search), Failure::kNotFound);
}

void enter_working_directory(const oci::Process& process, Why why) {
  if (process.cwd.empty()) return;
  sys::change_directory(process.cwd, why);
  // The system call itself: of a folder that the root doesn't lead to it says "(unreachable)…".
  std::array<char, PATH_MAX> here{};
  if (::syscall(SYS_getcwd, here.data(), here.size()) < 0)
    throw SysError(errno, fmt::format("process.cwd: {}: getcwd()", quoted(process.cwd)));
  if (here[0] == '/') return;
  throw Error(fmt::format("process.cwd: {} leads out of the container", quoted(process.cwd)),
              "a link of /proc/PID/fd, /proc/PID/cwd or /proc/PID/root is no working directory");
}

void look_for_program(const oci::Process& process) {
  enter_working_directory(process, "from where the program's name may be relative");
  find_program(process);
}

void die_with_the_runtime(const oci::Process& process) {
  if (process.parent_death_signal == 0) return;
  sys::set_parent_death_signal(process.parent_death_signal,
                               "a program in the foreground ends with its runtime");
}

void close_what_is_not_its_own(const oci::Process& process) {
  constexpr unsigned kFirst = 3;
  sys::close_on_exec_from(kFirst + process.preserved_descriptors,
                          "what the caller had open stays outside");
}

void execute_program(const oci::Process& process, const LastStep& last) {
  enter_working_directory(process, "the working directory that was asked for");
  const std::string program = find_program(process);
  die_with_the_runtime(process);  // again: a change of user ids would have turned it off
  close_what_is_not_its_own(process);
  if (last) last();
  sys::execute(program, process.args, process.env,
               "from here on this process is the user's program");
}

}  // namespace lockstep
