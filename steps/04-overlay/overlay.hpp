#pragma once

#include "common/oci/config.hpp"
#include "common/story/story.hpp"

/// Lesson 04: an image's layers, read-only, under one writable layer of the container's own.
namespace lockstep::overlay {

/// The writable folder that a container of an image has, and the mount that joins it to the layers.
/// Does nothing for a container whose rootfs is a plain folder.
class Overlay {
 public:
  explicit Overlay(const oci::Config& config) : config_(config) {}
  /// On the host.
  void prepare(Undo& undo);
  /// Inside, after mnt::separate_mounts: mounts the overlay at `root.path`.
  void mount();

 private:
  const oci::Config& config_;
};

}  // namespace lockstep::overlay
