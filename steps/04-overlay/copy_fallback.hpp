#pragma once

#include <string>

#include "04-overlay/layers.hpp"
#include "common/images/owners.hpp"

namespace lockstep::overlay {

/// Where overlay can't be had (the store itself lies on an overlay or a ramfs; without root before
/// kernel 5.11): copies the layers into `merged`, the lowest first, as overlayfs would show them:
/// whiteouts and opaque folders take away what lies below. Says so in one line, with `reason`, and
/// leaves the mark STORE/containers/ID/copied, for then `upper` does not have the changes; with
/// `owners`, to whom the copies are given, the mark `shifted`, too.
/// Throws SysError.
void copy_layers(const Stack& stack, const std::string& reason, const images::Owners& owners = {});

}  // namespace lockstep::overlay
