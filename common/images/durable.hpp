#pragma once

#include <string>
#include <string_view>

#include "common/os/fd.hpp"

/// Changes to the disk that hold through a power cut: first everything under a temporary name, and
/// on the disk, then a rename. Throws SysError, with a hint where the disk is full.
namespace lockstep::images {

/// Makes a folder on the host and what is missing above it. Throws SysError.
void make_folders(const std::string& path, mode_t mode);

/// fsync(2) on what is open; `name` is what the error calls it.
void sync(const Fd& file, const std::string& name);

/// Everything below an open folder, by one syncfs(2).
void sync_tree(const Fd& folder, const std::string& name);

/// A file of that content, which appears as `folder`/`name` complete or not at all; `temporary` is
/// its name in `workshop`, on the same file system, until then.
void write_durably(const Fd& workshop, const std::string& temporary, const Fd& folder,
                   const std::string& name, const std::string& content);

/// write_all() to a disk that may be full: its error says what to do then.
void write_to_disk(const Fd& file, std::string_view data, const std::string& name);

/// What to do about an errno that a write to the disk gave; empty if that is plain.
std::string disk_hint(int code);

}  // namespace lockstep::images
