#include "common/os/execute_hint.hpp"

#include <elf.h>
#include <endian.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "common/os/capabilities.hpp"
#include "common/os/error.hpp"
#include "common/os/fd.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep {
namespace {

constexpr int kMostInterpreters = 5;  // as many as the kernel follows
constexpr unsigned kHalf = 32;        // of a set of capabilities, in each of vfs_cap_data's words

std::string head_of(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return "";
  std::array<char, 8192> buffer{};
  const ssize_t done = ::read(file.get(), buffer.data(), buffer.size());
  return done <= 0 ? "" : std::string(buffer.data(), static_cast<size_t>(done));
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// `size` bytes of `head` from `offset` on; "" if it has not that many. Both come out of a file
/// that nobody vouches for.
std::string slice(const std::string& head, uint64_t offset, uint64_t size) {
  return offset > head.size() || size > head.size() - offset ? "" : head.substr(offset, size);
}

/// "/lib64/ld-linux-x86-64.so.2" of a dynamic program, "" of a static one.
std::string elf_interpreter(const std::string& head) {
  Elf64_Ehdr header;
  if (head.size() < sizeof header) return "";
  std::memcpy(&header, head.data(), sizeof header);
  const bool elf = std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0;
  if (!elf || header.e_ident[EI_CLASS] != ELFCLASS64) return "";
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    const std::string bytes = slice(head, header.e_phoff + i * sizeof segment, sizeof segment);
    if (bytes.empty()) return "";
    std::memcpy(&segment, bytes.data(), sizeof segment);
    if (segment.p_type != PT_INTERP) continue;
    const std::string name = slice(head, segment.p_offset, segment.p_filesz);
    return name.substr(0, name.find('\0'));
  }
  return "";
}

/// "/bin/sh -e" of a script that begins with "#! /bin/sh -e"; "" of anything else.
std::string script_line(const std::string& head) {
  if (head.rfind("#!", 0) != 0) return "";
  const std::string line = head.substr(2, head.find('\n') - 2);
  return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
}

std::string first_word(const std::string& line) {
  return line.substr(0, line.find_first_of(" \t"));
}

std::string missing_interpreter_hint(const std::string& path, int depth = 0) {
  const std::string head = head_of(path);
  const std::string line = script_line(head);
  if (!line.empty()) {
    if (line.back() == '\r') {
      return fmt::format(
          "{} has Windows line ends, so its interpreter's name ends in a carriage return: "
          "convert it, e.g. with `sed -i 's/\\r$//'`",
          path);
    }
    const std::string interpreter = first_word(line);
    if (exists(interpreter) && depth < kMostInterpreters) {
      return missing_interpreter_hint(interpreter, depth + 1);
    }
    return fmt::format("the script's interpreter {} is not there: install it in the rootfs",
                       quoted(interpreter));
  }
  const std::string interpreter = elf_interpreter(head);
  if (!interpreter.empty() && !exists(interpreter)) {
    return fmt::format(
        "the file {} is there, but its dynamic linker {} is not: add it and its libraries to "
        "the rootfs, or use a static program",
        quoted(path), quoted(interpreter));
  }
  return "";
}

/// The powers that the file is to have wherever it runs (setcap(8): "+ep") and that nobody here can
/// have: the kernel rather doesn't start such a program than without them.
std::string powers_hint(const std::string& path) {
  vfs_ns_cap_data file{};
  const ssize_t size = ::getxattr(path.c_str(), "security.capability", &file, sizeof file);
  if (size < static_cast<ssize_t>(sizeof(vfs_cap_data))) return "";
  if ((le32toh(file.magic_etc) & VFS_CAP_FLAGS_EFFECTIVE) == 0) return "";
  uint64_t missing = 0;
  for (unsigned number = 0; number <= CAP_LAST_CAP; ++number) {
    const bool asked = (le32toh(file.data[number / kHalf].permitted) >> (number % kHalf) & 1U) != 0;
    if (asked && ::prctl(PR_CAPBSET_READ, number) == 0) missing |= capability_bit(number);
  }
  if (missing == 0) return "";
  return fmt::format(
      "the file asks for {}, which the bounding set hasn't got: give it (--cap-add; in a bundle, "
      "process.capabilities), or take it from the file (setcap -r {})",
      words::capabilities(missing), path);
}

/// Which folder on the way can't be searched, or what else keeps the file from being executed.
std::string denied_hint(const std::string& path, int depth = 0) {
  if (std::string folder = search_hint(path); !folder.empty()) return folder;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "";
  if (S_ISDIR(status.st_mode)) return "it is a folder";
  if ((status.st_mode & 0111U) == 0) return fmt::format("it has no x bit: chmod a+x {}", path);
  struct statvfs fs {};
  if (::statvfs(path.c_str(), &fs) == 0 && (fs.f_flag & ST_NOEXEC) != 0) {
    return "its file system is mounted noexec";
  }
  if (::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) != 0) {
    return fmt::format("its mode {:04o} lets uid {} not execute it", status.st_mode & 07777U,
                       ::geteuid());
  }
  const std::string interpreter = first_word(script_line(head_of(path)));
  if (!interpreter.empty() && depth < kMostInterpreters) {
    return fmt::format("the script's interpreter {}: {}", quoted(interpreter),
                       denied_hint(interpreter, depth + 1));
  }
  if (std::string powers = powers_hint(path); !powers.empty()) return powers;
  return "a security module (AppArmor, SELinux; see dmesg) may have denied it";
}

}  // namespace

namespace {

/// "uid 0", and who that is outside, where this is another user namespace than the host's.
std::string who() {
  const uid_t uid = ::geteuid();
  for (const std::string& line : split(proc::read_file("/proc/self/uid_map").value_or(""), '\n')) {
    const auto words = fields(line);  // from inside, from outside, how many
    if (words.size() != 3) continue;
    const auto inside = std::stoul(words[0]);
    if (uid < inside || uid - inside >= std::stoul(words[2])) continue;
    const auto outside = std::stoul(words[1]) + (uid - inside);
    if (outside != uid) return fmt::format("uid {}, which is uid {} outside", uid, outside);
  }
  return fmt::format("uid {}", uid);
}

}  // namespace

std::string search_hint(const std::string& path) {
  for (size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    const std::string folder = path.substr(0, at);
    if (::faccessat(AT_FDCWD, folder.c_str(), X_OK, AT_EACCESS) != 0) {
      return fmt::format("the folder {} may not be searched by {}: chmod a+x it", quoted(folder),
                         who());
    }
  }
  return "";
}

std::string execute_hint(int code, const std::string& path) {
  switch (code) {
    case ENOENT:
      return exists(path) ? missing_interpreter_hint(path) : "";
    case EACCES:
    case EPERM:
      return denied_hint(path);
    case ENOEXEC:
      return "the file is no program of this machine: another architecture, an empty file, or a "
             "script "
             "without a #! line";
    case ELOOP:
      return "its interpreter is a script, whose interpreter is a script, and so on: too many";
    case E2BIG:
      return "the arguments and the environment together are too long: see ARG_MAX in execve(2)";
    default:
      return "";
  }
}

}  // namespace lockstep
