#pragma once

#include <string>
#include <vector>

namespace lockstep::cli {

/// Rows as aligned columns, the first row being the heading: each column as wide as its widest
/// cell, two spaces between, nothing behind the last.
std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace lockstep::cli
