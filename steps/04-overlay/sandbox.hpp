#pragma once

#include "02-pid/undo.hpp"
#include "04-overlay/layers.hpp"
#include "common/oci/config.hpp"

/// Lesson 04: what a container of an image has of its own on disk.
///
///     STORE/containers/ID/upper/      all that it wrote; the kernel's work/ and the mount's merged/
///     STORE/containers/ID/volumes/N/  what it wrote into a volume that its image declares
///     STORE/containers/ID/layers      the image's layers, unpacked: a folder a line, topmost first
///     STORE/containers/ID/image       the image's name, its manifest's digest
///     STORE/containers/ID/state       whose it is: the container's state folder
///     STORE/containers/ID/copied      (only if the layers had to be copied) then merged/ has it all
///     STORE/containers/ID/shifted     (only if the copies were given to the container's users)
///
/// It stays when the container has ended, for `diff` and `commit`, until the container is deleted.
namespace lockstep::overlay {

/// Whether the config is that of a container of an image.
bool has_sandbox(const oci::Config& config);

/// "STORE/containers/ID", of the store that is used now; absolute.
std::string sandbox_of(const std::string& id);

/// Makes the sandbox, noted before; complete under another name, then renamed. What a container of
/// that very state folder left (a reboot empties /run and no disk) is cleared first.
/// Throws Error if the image or a layer is not in the store, or if a container of another --root
/// has the sandbox.
Stack make_sandbox(const oci::Config& config, Undo& undo);

/// The kind of its undo note.
constexpr const char* kSandboxNote = "sandbox";
/// The undoer of "sandbox": removes it, unless it is another's.
pid::UndoTable undoers();

}  // namespace lockstep::overlay
