#pragma once

#include <string>

#include "common/os/fd.hpp"
#include "common/os/why.hpp"

/// A file system's mount, made in steps (kernel 5.2): its options one by one, each as long as it
/// likes, where mount(2) has one page for all of them. Each call narrates itself and throws
/// SysError, with the kernel's own words as the hint.
namespace lockstep::sys {

/// fsopen(2): a new file system of that type, to be told its options.
Fd open_file_system(const std::string& type, Why why = {});
/// fsconfig(2), FSCONFIG_SET_STRING (of at most 255 bytes) and FSCONFIG_SET_FLAG.
void set_option(const Fd& context, const std::string& key, const std::string& value, Why why = {});
void set_option(const Fd& context, const std::string& key, Why why = {});
/// fsconfig(2), FSCONFIG_CMD_CREATE, then fsmount(2): a mount that is attached nowhere yet.
Fd make_mount(const Fd& context, Why why = {});

}  // namespace lockstep::sys
