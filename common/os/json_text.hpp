#pragma once

#include <string>
#include <string_view>

namespace lockstep {

/// `text` as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD, so that the
/// output is JSON whatever a path held. (Documents go through common/oci; this is for single lines
/// that must not pull in the JSON library: narration and the log.)
std::string json_quoted(std::string_view text);

}  // namespace lockstep
