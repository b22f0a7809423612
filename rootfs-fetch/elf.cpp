#include "rootfs-fetch/elf.hpp"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "common/os/error.hpp"
#include "common/os/files.hpp"

namespace lockstep::fetch {
namespace {

/// As many bytes as the file has at `offset`, up to `size`.
size_t read_at(const Fd& file, void* out, size_t size, uint64_t offset) {
  const ssize_t count = ::pread(file.get(), out, size, static_cast<off_t>(offset));
  if (count < 0) throw SysError(errno, "read(an executable)");
  return static_cast<size_t>(count);
}

bool has_interpreter(const Fd& file, const ElfW(Ehdr) & header) {
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) segment{};
    const uint64_t offset = header.e_phoff + uint64_t{i} * header.e_phentsize;
    if (read_at(file, &segment, sizeof segment, offset) != sizeof segment) return true;
    if (segment.p_type == PT_INTERP) return true;
  }
  return false;
}

}  // namespace

std::optional<Elf> read_elf(const Fd& file) {
  ElfW(Ehdr) header{};
  if (read_at(file, &header, sizeof header, 0) != sizeof header) return std::nullopt;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
  return Elf{header.e_machine, !has_interpreter(file, header)};
}

std::string architecture_name(uint16_t machine) {
  struct Named {
    uint16_t machine;
    const char* name;
  };
  constexpr Named kNames[] = {{EM_X86_64, "amd64"}, {EM_AARCH64, "arm64"}, {EM_386, "386"},
                              {EM_ARM, "arm"},      {EM_RISCV, "riscv64"}, {EM_PPC64, "ppc64le"},
                              {EM_S390, "s390x"}};
  const auto* found = std::find_if(std::begin(kNames), std::end(kNames),
                                   [&](const Named& named) { return named.machine == machine; });
  return found == std::end(kNames) ? fmt::format("machine {}", machine) : found->name;
}

uint16_t own_machine() {
  const auto self = read_elf(sys::open("/proc/self/exe", O_RDONLY));
  if (!self) throw Error("/proc/self/exe is not an executable", "is /proc mounted?");
  return self->machine;
}

}  // namespace lockstep::fetch
