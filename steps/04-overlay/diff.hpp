#pragma once

#include <functional>
#include <string>

#include "04-overlay/changes.hpp"

/// Lesson 04: what a container has changed in its image.
namespace lockstep::overlay {

/// A path, absolute as the container has it, that was added ('A'), changed ('C') or deleted ('D').
using ReportChange = std::function<void(char kind, const std::string& path)>;

/// Reports all changes, folder by folder, in each by name; a folder before what is in it, as
/// changed if something in it has changed; of a deleted folder nothing but itself.
///
/// A name in the upper folder is new, or hides what the image has by that name: then it counts as
/// changed, unless both are folders that have the same mode, owner, time and attributes. The trees
/// are hostile (a container wrote the one, a stranger the other): no link is followed, no path
/// believed to be short enough for open(2).
///
/// Throws Error if the container moves a folder meanwhile.
/// Break it: `touch` a file of 100 MB, and look at what upper holds then (`du`).
/// See: the kernel's Documentation/filesystems/overlayfs.rst, docker-diff(1)
void report_changes(const Changes& changes, const ReportChange& report);

}  // namespace lockstep::overlay
