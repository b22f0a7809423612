// Lesson 04: the files of an image, shared and yet one's own.
//
// An image is a stack of layers, each a folder with what it adds to, or changes in, those below it.
// Overlayfs shows the stack as one tree, and puts one more folder on top, which takes all that is
// written. So a hundred containers share an image, and each changes it for itself alone.
//
//     merged   /bin/sh   /etc/motd*         /new     what the container sees
//     ------   -------   ---------  ------  ----
//     upper              /etc/motd* (/old)  /new     the container's own: written to
//     lower    /bin/sh   /etc/motd   /old            the image's layers: only read
//
// To look a name up is to look from the top down. To change a file that lies below is to copy it up
// first, whole. To delete one is to leave a mark above it, a "whiteout" (a device 0:0 by its name);
// a folder that is deleted and made anew is marked "opaque": nothing below it shines through.
//
//     1. on the host   STORE/containers/ID/ with upper, work, merged    noted first, then made
//     2. inside        mount("overlay", merged, "overlay", 0,
//                            "lowerdir=TOP:…:BOTTOM,upperdir=…,workdir=…")
//
// (In "work" the kernel makes what shall appear in upper complete or not at all.) The mount is in the
// container's mount namespace: the host has the folders, and no mount that could be left behind.

#include "04-overlay/overlay.hpp"

#include "04-overlay/copy_fallback.hpp"
#include "04-overlay/image_volumes.hpp"
#include "04-overlay/sandbox.hpp"

namespace lockstep::overlay {

void Overlay::prepare(Undo& undo) {
  if (!has_sandbox(config_)) return;  // sandbox.cpp: --rootfs and bundles have none
  stack_ = make_sandbox(config_, undo);
}

void Overlay::mount() {
  if (!stack_) return;
  mount_layers(*stack_);        // layers.cpp
  fill_image_volumes(config_);  // image_volumes.cpp
}

void Overlay::copy(const images::Owners& owners, const std::string& reason) {
  const std::string plainer = obstacle(*stack_);
  copy_layers(*stack_, plainer.empty() ? reason : plainer, owners);  // copy_fallback.cpp
  fill_image_volumes(config_, owners);
}

}  // namespace lockstep::overlay
