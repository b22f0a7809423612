#include "rootfs-fetch/busybox.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"
#include "rootfs-fetch/elf.hpp"

namespace lockstep::fetch {
namespace {

constexpr size_t kLargest = 64U << 20U;
constexpr const char* kHint =
    "`apt-get install busybox-static` has one that fits (Alpine: apk add busybox-static; "
    "Fedora: dnf install busybox)";

std::vector<std::string> candidates() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(std::string(path == nullptr ? "" : path) + ":/bin:/usr/bin");
  std::vector<std::string> out;
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = folder + "/busybox";
    const bool seen = std::find(out.begin(), out.end(), candidate) != out.end();
    if (folder.starts_with('/') && !seen && ::access(candidate.c_str(), R_OK | X_OK) == 0)
      out.push_back(candidate);
  }
  return out;
}

/// Why this one will not do; empty if it will.
std::string objection(const Fd& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return "is not a file";
  const auto elf = read_elf(file);
  if (!elf) return "is not an executable of the kind that Linux loads (ELF)";
  if (elf->machine != own_machine()) {
    return fmt::format("is for {}, and this machine is {}", architecture_name(elf->machine),
                       architecture_name(own_machine()));
  }
  return elf->is_static
             ? ""
             : "is dynamically linked: it would need this machine's libraries in the rootfs";
}

/// What the program prints. The shell of the caller's has no part in it.
std::string output_of(const std::string& program, const std::vector<std::string>& arguments) {
  Pipe pipe = Pipe::make();
  std::vector<std::string> argv = {"busybox"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  Child child = Child::clone(0, [&] {
    ::dup2(pipe.write_end.get(), STDOUT_FILENO);
    ::dup2(pipe.write_end.get(), STDERR_FILENO);
    sys::execute(program, argv, {});
  });
  pipe.write_end.reset();
  std::string text = read_all(pipe.read_end, program);
  const ExitStatus status = child.wait();
  if (status.shell_code() == 0) return text;
  throw Error(fmt::format("{} {}: it {}", program, fmt::join(arguments, " "), status.words()),
              kHint);
}

/// "BusyBox v1.35.0 (Debian 1:1.35.0-4+b3) multi-call binary." → "BusyBox v1.35.0"
std::string version_in(const std::string& text) {
  const std::string line = text.substr(0, text.find('\n'));
  return line.substr(0, line.find(" ("));
}

/// The applets that have a folder: linuxrc has none, it is for an initial RAM disk.
std::vector<std::string> applets_in(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t slash = line.rfind('/');
    const std::string folder = line.substr(0, slash == std::string::npos ? 0 : slash);
    const bool expected =
        folder == "bin" || folder == "sbin" || folder == "usr/bin" || folder == "usr/sbin";
    if (expected && slash + 1 < line.size() && line != "bin/busybox") out.push_back(line);
  }
  return out;
}

}  // namespace

Busybox find_busybox() {
  std::string objections;
  for (const std::string& path : candidates()) {
    const Fd file = sys::open(path, O_RDONLY);
    const std::string why_not = objection(file);
    if (!why_not.empty()) {
      objections += fmt::format("{}{} {}", objections.empty() ? "" : "; ", path, why_not);
      continue;
    }
    Busybox found{path, read_all(file, path, kLargest), architecture_name(own_machine()),
                  version_in(output_of(path, {"--help"})),
                  applets_in(output_of(path, {"--list-full"}))};
    if (found.applets.empty())
      throw Error(fmt::format("{} --list-full names no applets", path), kHint);
    return found;
  }
  throw Error(objections.empty()
                  ? "there is no busybox on this machine, neither on PATH nor in /bin or /usr/bin"
                  : "no busybox that fits: " + objections,
              kHint);
}

}  // namespace lockstep::fetch
