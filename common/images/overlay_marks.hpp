#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "common/os/fd.hpp"

/// How overlayfs says on disk, in an upper folder and in an unpacked layer, what a tree of plain
/// files can't: this name is gone (a whiteout), nothing below shines through here (opaque). See:
/// the kernel's Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories"
namespace lockstep::images {

/// Whose attributes hold the marks: the administrator's ("trusted.overlay.opaque"), or, where a
/// user namespace mounts with `userxattr`, anybody's ("user.overlay.opaque").
enum class Marks : uint8_t { kTrusted, kUser };

/// Those of the overlays that this process could mount.
Marks own_marks();

/// Whether it is the character device 0/0, which is no device but a whiteout.
bool is_whiteout(const struct stat& status);
/// Whether it is an empty file whose attribute makes it a whiteout. (Kernel 6.7; layers made by
/// those who may not make nodes.)
bool is_marked_whiteout(const Fd& file, const struct stat& status, Marks marks);
/// Both, for a name in a folder; `status` is what fstatat(2) said of it.
bool is_whiteout(const Fd& folder, const std::string& name, const struct stat& status, Marks marks);

bool is_opaque(const Fd& folder, Marks marks);

/// Throws Error if the entry refers to one that lies elsewhere (a renamed folder's, a file whose
/// data stayed below): its overlay was mounted with redirect_dir or metacopy.
void refuse_references(const Fd& entry, Marks marks, const std::string& path);

/// Makes the mark. Throws SysError.
void make_whiteout(const Fd& folder, const std::string& name);
void make_opaque(const Fd& folder, Marks marks, const std::string& path);

}  // namespace lockstep::images
