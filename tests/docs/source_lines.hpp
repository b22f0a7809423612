#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/docs/page.hpp"

/// The lines that a page takes from a source.
namespace lockstep::docs {

/// The definition of a function, class, enumeration or constant called `name`, with the comment
/// above it, moved to the left margin. The text must be laid out as .clang-format has it: a
/// definition ends at the first line that begins, as far from the margin as it does, with a closing
/// brace. Throws Error if there is none, or more than one.
std::vector<std::string> definition(const std::vector<std::string>& source, std::string_view name);

/// The comment with which a source opens.
std::vector<std::string> opening_comment(const std::vector<std::string>& source);

/// What the page should have there. Throws Error.
std::vector<std::string> lines_for(const Inclusion& inclusion, const std::string& source_folder);

/// The page's text with every inclusion as the sources have it now.
std::string updated(const Page& page, std::string_view text, const std::string& source_folder);

}  // namespace lockstep::docs
