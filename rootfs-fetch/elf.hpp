#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/os/fd.hpp"

namespace lockstep::fetch {

/// What an executable's header says. See: elf(5)
struct Elf {
  uint16_t machine = 0;    // EM_*
  bool is_static = false;  // no interpreter, so it needs nothing from a rootfs
};

/// Nothing if the file is not an ELF executable of this machine's byte order and word size or of
/// any other; throws SysError if it can't be read.
std::optional<Elf> read_elf(const Fd& file);

/// The machine as GOARCH names it, which is what images have: "amd64"; "machine 243" for one
/// without.
std::string architecture_name(uint16_t machine);

/// The machine that this program is built for.
uint16_t own_machine();

}  // namespace lockstep::fetch
