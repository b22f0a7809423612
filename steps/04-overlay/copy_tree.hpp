#pragma once

#include "common/images/owners.hpp"
#include "common/os/fd.hpp"

namespace lockstep::overlay {

/// Copies all that is in the folder `from` into the folder `to`, which may have content: what is
/// there under the same name is replaced, except that a folder on a folder keeps what only it has.
/// A whiteout in `from` removes that name, an opaque folder all that was in its place. Keeps owners,
/// modes, times, hard links and extended attributes; of device nodes, which only root can make, it
/// says which it leaves out. With `owners`, the files become those users'.
///
/// `from` may be hostile, an image's layer: no link is followed, nested folders may be as deep as
/// they like. Nobody else may be writing to `to`.
/// Throws SysError.
void copy_tree(const Fd& from, const Fd& to, const images::Owners& owners = {});

}  // namespace lockstep::overlay
