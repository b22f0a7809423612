#pragma once

#include <string>
#include <string_view>

/// What a page shows as typed into a running program.
namespace lockstep::docs {

/// The prompt at the beginning of a line that shows something typed into a running shell: "/ # "
/// and
/// "~ $ " (busybox's), "box# " (set by PS1). Empty if there is none. At the end of a line without
/// input the last space is optional, for editors remove it.
std::string inner_prompt(std::string_view line);

/// The keys with which a line begins, "^C" or "^P^Q"; empty if there are none.
std::string keys(std::string_view line);

/// Ends a shown line at which Enter is pressed.
inline constexpr std::string_view kEnter = " ⏎";

}  // namespace lockstep::docs
