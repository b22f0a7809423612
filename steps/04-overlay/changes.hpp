#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "02-pid/state.hpp"
#include "04-overlay/shift.hpp"
#include "common/images/overlay_marks.hpp"
#include "common/os/fd.hpp"

/// Lesson 04: what a container of an image has made of it, open to be read: by `diff` and `commit`.
namespace lockstep::overlay {

struct Changes {
  Fd tree;             // the upper folder
  std::string path;    // STORE/containers/ID/upper
  bool whole = false;  // it isn't the changes alone but all files: the layers had to be copied
  std::vector<std::string> layers;  // the image's, unpacked, the topmost first
  std::string image;                // its name
  std::string digest;               // of its manifest
  std::string store;
  images::Marks marks = images::Marks::kUser;
  std::optional<users::Maps> shifted;  // it was copied, to the container's users: shift.hpp
  images::Owners owners;               // what the image's owners are in `tree`, then
};

/// Opens them, calls `body`, which reads them, and returns its result. They may be closed to their
/// owner, and from lesson 06 on belong to others than whoever made the container; so without root it
/// is called in a process with power over the ids that the container has.
/// Throws Error if the container has no image, and so nothing that tells its changes from its
/// files.
int with_changes(const pid::Record& record, const std::function<int(const Changes&)>& body);

}  // namespace lockstep::overlay
