#include "common/os/run_program.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "common/os/error.hpp"
#include "common/os/processes.hpp"
#include "common/os/text.hpp"

namespace lockstep {
namespace {

void rewind(const Fd& file) {
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw SysError(errno, "lseek(memfd, 0)");
}

}  // namespace

Fd file_in_memory(const char* name, std::string_view content) {
  Fd file(::memfd_create(name, MFD_CLOEXEC));
  if (!file) throw SysError(errno, fmt::format("memfd_create({})", quoted(name)));
  if (content.empty()) return file;
  write_all(file, content, "memfd");
  rewind(file);
  return file;
}

std::optional<std::string> find_on_path(const std::string& name) {
  const char* const search = std::getenv("PATH");
  const std::string folders =
      fmt::format("{}:/usr/sbin:/usr/bin:/sbin:/bin", search == nullptr ? "" : search);
  for (const std::string& folder : split(folders, ':')) {
    std::string path = fmt::format("{}/{}", folder, name);
    if (path[0] == '/' && !folder.empty() && ::access(path.c_str(), X_OK) == 0) return path;
  }
  return std::nullopt;
}

RunningProgram::RunningProgram(const std::string& path, const std::vector<std::string>& arguments,
                               const std::string& input, const std::function<void()>& in_child,
                               Why why)
    : output_(file_in_memory("output")), child_([&] {
        const Fd in = file_in_memory("input", input);
        const auto environment = sys::callers_environment();
        return Child::clone(
            0,
            [&] {
              try {
                sys::replace_descriptor(in, STDIN_FILENO);
                sys::replace_descriptor(output_, STDOUT_FILENO);
                sys::replace_descriptor(output_, STDERR_FILENO);
                if (in_child) in_child();
                sys::execute(path, arguments, environment, why);
              } catch (const Error& error) {
                write_all(output_, error.what(), "memfd");
                throw;
              }
            },
            why);
      }()) {}

ProgramResult RunningProgram::finish() {
  const ExitStatus status = child_.wait();
  rewind(output_);
  return {status, read_all(output_, "memfd")};
}

ProgramResult run_program(const std::string& path, const std::vector<std::string>& arguments,
                          const std::string& input, Why why) {
  return RunningProgram(path, arguments, input, {}, why).finish();
}

}  // namespace lockstep
