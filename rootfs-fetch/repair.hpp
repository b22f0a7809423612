#pragma once

#include <string>
#include <vector>

#include "rootfs-fetch/verify.hpp"

namespace lockstep::fetch {

/// Gets anew what is damaged or missing: an unpacked layer from its blob; a blob from where its image
/// came, by the manifest's digest, so that no name changes its meaning; the embedded image from this
/// machine's busybox. What is damaged goes when something better is there, or when nobody needs it.
/// Returns what can't be repaired: "NAME: why".
std::vector<std::string> repair(const Verdict& verdict, bool show_progress);

}  // namespace lockstep::fetch
