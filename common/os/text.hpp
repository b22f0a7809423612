#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// The parts of `text` between `separator`s: "a,,b" has three, "" has one, which is empty.
std::vector<std::string> split(std::string_view text, char separator);

/// The words of `text`, with any number of spaces and tabs between them.
std::vector<std::string> fields(std::string_view text);

}  // namespace lockstep
