#include "common/os/run_program.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "common/os/error.hpp"
#include "common/os/processes.hpp"
#include "common/os/text.hpp"

namespace lockstep {
namespace {

/// A file in memory: unlike a pipe it holds all of the input, and all of the output, whoever reads
/// or writes first.
Fd file_in_memory(const char* name) {
  Fd file(::memfd_create(name, MFD_CLOEXEC));
  if (!file) throw SysError(errno, fmt::format("memfd_create({})", quoted(name)));
  return file;
}

void rewind(const Fd& file) {
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw SysError(errno, "lseek(memfd, 0)");
}

std::vector<std::string> callers_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

}  // namespace

std::optional<std::string> find_on_path(const std::string& name) {
  const char* const search = std::getenv("PATH");
  for (const std::string& folder : split(
           std::string(search == nullptr ? "" : search) + ":/usr/sbin:/usr/bin:/sbin:/bin", ':')) {
    std::string path = folder + "/" + name;
    if (!folder.empty() && folder[0] == '/' && ::access(path.c_str(), X_OK) == 0) return path;
  }
  return std::nullopt;
}

ProgramResult run_program(const std::string& path, const std::vector<std::string>& arguments,
                          const std::string& input, Why why) {
  const Fd in = file_in_memory("input");
  const Fd out = file_in_memory("output");
  write_all(in, input, "memfd");
  rewind(in);
  const auto environment = callers_environment();
  Child child = Child::clone(
      0,
      [&] {
        ::dup2(in.get(), STDIN_FILENO);
        ::dup2(out.get(), STDOUT_FILENO);
        ::dup2(out.get(), STDERR_FILENO);
        sys::execute(path, arguments, environment, why);
      },
      why);
  const ExitStatus status = child.wait();
  rewind(out);
  return {status, read_all(out, path)};
}

}  // namespace lockstep
