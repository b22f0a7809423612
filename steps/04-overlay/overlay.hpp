#pragma once

#include <optional>

#include "04-overlay/layers.hpp"
#include "common/images/owners.hpp"
#include "common/oci/config.hpp"
#include "common/story/story.hpp"

/// Lesson 04: an image's layers, read-only, under one writable layer of the container's own.
namespace lockstep::overlay {

/// The writable folder that a container of an image has, and the mount that joins it to the layers.
/// Does nothing for a container whose rootfs is a plain folder.
class Overlay {
 public:
  explicit Overlay(const oci::Config& config) : config_(config) {}

  /// On the host: makes the container's sandbox in the store, noted in `undo` before.
  ///
  /// Order: before there is a child: what it could not have is said before it is made.
  /// Throws Error if the image isn't in the store, or another container has the sandbox.
  void prepare(Undo& undo);

  /// Inside: joins the layers and the container's own one at `root.path`, and fills the folders that
  /// the image declares to be volumes.
  ///
  /// Order: after mnt::separate_mounts, or the host would see the mount; before all other mounts,
  /// which land in it.
  /// Break it: swap `upper` and `lower` in the options: the image gets what the container writes.
  /// See: the kernel's Documentation/filesystems/overlayfs.rst; the image-spec's layer.md
  void mount();

  /// The same by a copy that belongs to `owners`, where they can't be translated; `reason` says why
  /// not, if there isn't a plainer one.
  void copy(const images::Owners& owners, const std::string& reason);

  /// What mount() will join; nothing for a plain rootfs. From lesson 06 on the host may do so in the
  /// child's stead, and the child is told that it is there.
  const std::optional<Stack>& stack() const { return stack_; }
  void is_there() { stack_.reset(); }

 private:
  const oci::Config& config_;
  std::optional<Stack> stack_;
};

}  // namespace lockstep::overlay
