#pragma once

#include <cstddef>
#include <string_view>

namespace lockstep {

/// How many bytes the well-formed UTF-8 character at the start of `text` has; 0 if there is none (a
/// stray byte, an overlong form, half of a surrogate pair, more than U+10FFFF).
/// See: utf-8(7); RFC 3629, section 4
size_t utf8_length(std::string_view text);

}  // namespace lockstep
