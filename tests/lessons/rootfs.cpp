#include "tests/lessons/rootfs.hpp"

#include <elf.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "common/os/error.hpp"

namespace fs = std::filesystem;

namespace lockstep::lessons {
namespace {

/// Whether it runs without any library: an ELF file without an interpreter. (Its headers are those
/// of this very program, if it can run here.)
bool is_static(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Elf64_Ehdr header{};
  if (!file.read(reinterpret_cast<char*>(&header), sizeof header)) return false;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return false;
  for (int i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    file.seekg(
        static_cast<std::streamoff>(header.e_phoff + sizeof segment * static_cast<size_t>(i)));
    if (!file.read(reinterpret_cast<char*>(&segment), sizeof segment)) return false;
    if (segment.p_type == PT_INTERP) return false;
  }
  return true;
}

fs::path find_busybox() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    fs::path candidate = fs::path(folder) / "busybox";
    if (is_static(candidate)) return candidate;
  }
  throw Error(
      "there is no static busybox on this machine to make a rootfs from",
      "install one (Debian: apt-get install busybox-static), or name a rootfs with --rootfs-dir");
}

void link_applets(const fs::path& bin) {
  const std::string command = "'" + (bin / "busybox").string() + "' --list";
  const std::unique_ptr<FILE, int (*)(FILE*)> list(::popen(command.c_str(), "r"), ::pclose);
  std::array<char, 256> line{};
  while (list && std::fgets(line.data(), line.size(), list.get()) != nullptr) {
    const std::string applet = std::string(line.data(), std::strcspn(line.data(), "\n"));
    if (applet != "busybox") fs::create_symlink("busybox", bin / applet);
  }
  if (!fs::exists(bin / "sh"))
    throw Error(fmt::format("{} has no sh", quoted(find_busybox().c_str())));
}

}  // namespace

void make_rootfs(const std::string& folder) {
  const fs::path root = folder;
  const fs::path busybox = find_busybox();
  for (const char* part : {"bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "usr/bin"}) {
    fs::create_directories(root / part);
  }
  // Open to all: from lesson 06 on the container's root is somebody else on the host.
  for (const char* open_to_all : {"", "tmp", "run", "root"}) {
    fs::permissions(root / open_to_all, fs::perms::all);
  }
  fs::copy_file(busybox, root / "bin/busybox");
  link_applets(root / "bin");
  std::ofstream(root / "etc/passwd") << "root:x:0:0:root:/root:/bin/sh\n";
  std::ofstream(root / "etc/group") << "root:x:0:\ntty:x:5:\n";
}

Foothold::Foothold(const std::string& rootfs) : path_(rootfs + kInside) {
  if (::access(rootfs.c_str(), W_OK) != 0) {
    throw SysError(errno, fmt::format("access({}, W_OK)", quoted(rootfs)),
                   "the checks need a folder of their own in the rootfs; it is removed at the end");
  }
  for (const char* part : {"", "volume", "mount", "tmpfs"}) {
    fs::create_directories(fs::path(path_) / part);
    fs::permissions(fs::path(path_) / part, fs::perms::all);
  }
  std::ofstream(path_ + "/marker") << kMarker;
}

Foothold::~Foothold() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace lockstep::lessons
