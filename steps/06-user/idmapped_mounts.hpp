#pragma once

#include <string>
#include <vector>

#include "04-overlay/overlay.hpp"
#include "common/oci/config.hpp"
#include "common/os/child.hpp"
#include "common/os/handshake.hpp"

/// Lesson 06: the host's files, for users who aren't the host's.
///
/// The rootfs belongs to the host's 0, who has no number inside. A mount can be given the container's
/// translation, too: an id-mapped mount shows what the disk calls 0 as the container's 0, and writes
/// what that makes to the disk as 0 again. Only who is root outside can make one (mount_setattr(2)
/// asks for power over the file system itself), so the host does, for the child.
///
/// A volume is given none, unless it says `:idmap`: through it the container's root could leave
/// files of the host's root on the host, set-uid ones too.
///
/// And the container's root may not walk through folders that the host's keeps to itself (/root). So
/// what it needs from outside, the host opens for it and sends it over, as open descriptors.
/// See: mount_setattr(2), "ID-mapped mounts"
namespace lockstep::usr {

class Places {
 public:
  /// `config` is changed by `receive`; `overlay` is mounted by `open`.
  Places(oci::Config& config, overlay::Overlay& overlay);

  /// On the host, when the child has its maps: opens the rootfs and the sources of volumes in the
  /// child's mount namespace and sends them. The rootfs becomes a mount there, id-mapped if its
  /// owner is nobody inside; where that can't be had, a line says so and it keeps the host's ids. Of
  /// an image it is the layers and the sandbox, over which the host mounts the overlay. Also says
  /// where a writable volume belongs to somebody whom the container has no id for.
  /// Without root there is nothing to do where the container's root is the caller, or without an
  /// image; else its files are copied, for the container's root.
  /// Throws SysError for what isn't there, and if a volume can't be id-mapped.
  void open(const Child& child, Handshake& handshake);

  /// Inside, still as the host's user: `root.path` and the volumes' sources become the names of
  /// what was sent.
  void receive(Handshake& host);
  /// Inside, when all is mounted and entered: what waits for `start` holds nothing of the host's.
  void close() { opened_.clear(); }

 private:
  struct Place;
  std::vector<Place> all();
  std::vector<Fd> open_all(const Child& child);
  void say_what_is_missing() const;

  oci::Config& config_;
  overlay::Overlay& overlay_;
  bool by_the_host_;
  bool copies_;             // the host's part, without root
  std::vector<Fd> opened_;  // inside
};

}  // namespace lockstep::usr
