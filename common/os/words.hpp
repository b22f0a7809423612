#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Numbers of the kernel's interfaces as the words that its headers and manual pages use.
namespace lockstep::words {

/// "MS_NOSUID|MS_NODEV"; "0" for none. See: mount(2)
std::string mount_flags(unsigned long flags);
/// "MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID". See: mount_setattr(2)
std::string mount_attributes(uint64_t attributes);
/// "CLONE_NEWUTS|CLONE_NEWPID". See: clone(2)
std::string clone_flags(uint64_t flags);
/// "S_IFCHR|0666". See: inode(7)
std::string file_mode(mode_t mode);
/// "SIGTERM"; "SIGRTMIN+3".
std::string signal(int number);
/// A signal from "SIGTERM", "TERM", "term", "15", "RTMIN+3"; nothing if there is no such signal.
std::optional<int> signal_number(std::string_view name);
/// `["sh", "-c", "true"]`
std::string list(const std::vector<std::string>& items);

}  // namespace lockstep::words
