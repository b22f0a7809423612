#include "04-overlay/image_tool.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>

#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "common/os/processes.hpp"
#include "common/os/text.hpp"

namespace lockstep::overlay {
namespace {

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// Where this program lies: as the kernel has it, and as it was called. (A program that has started itself
/// again from a mount of its own, as lesson 09's does, has only the latter.)
std::vector<std::string> own_folders() {
  std::array<char, PATH_MAX> self{};
  const ssize_t length = ::readlink("/proc/self/exe", self.data(), self.size() - 1);
  std::vector<std::string> out = {
      folder_of({self.data(), static_cast<size_t>(std::max<ssize_t>(length, 0))})};
  const std::string called = program_invocation_name;
  if (called.find('/') == std::string::npos) return out;
  if (const auto real = sys::real_path(called)) out.push_back(folder_of(*real));
  return out;
}

}  // namespace

std::string find_image_tool(const std::string& what_for) {
  std::vector<std::string> folders = own_folders();
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path == nullptr ? "" : path, ':'))
    folders.push_back(folder);
  for (const std::string& folder : folders) {
    std::string program = folder + "/rootfs-fetch";
    if (folder.starts_with('/') && ::access(program.c_str(), X_OK) == 0) return program;
  }
  throw Error(
      what_for + " is rootfs-fetch's work, which is neither beside this program nor on PATH",
      "`make build` makes it where its libraries are (`make deps`)");
}

namespace {

int run_with_output(const std::string& program, const std::vector<std::string>& words, int output) {
  const std::vector<std::string> environment = sys::callers_environment();
  Child child = Child::clone(
      0,
      [&] {
        try {
          if (output != STDOUT_FILENO) ::dup2(output, STDOUT_FILENO);
          sys::set_parent_death_signal(SIGKILL);
          sys::execute(program, words, environment, "images are the image tool's work");
        } catch (const std::exception& error) {
          narrate::say(error.what());
        }
      },
      "for rootfs-fetch");
  const ExitStatus status = child.wait();
  const int code = status.shell_code();
  if (code > 128) throw Error(fmt::format("{} {}", program, status.words()));
  return code == 0 ? 0 : 1;
}

}  // namespace

int run_image_tool(const std::string& program, const std::vector<std::string>& words,
                   Output output) {
  return run_with_output(program, words,
                         output == Output::kToErrors ? STDERR_FILENO : STDOUT_FILENO);
}

int run_image_tool(const std::string& program, const std::vector<std::string>& words,
                   const Fd& output) {
  return run_with_output(program, words, output.get());
}

}  // namespace lockstep::overlay
