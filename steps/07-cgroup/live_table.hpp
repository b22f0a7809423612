#pragma once

#include <string>

namespace lockstep::cgroup {

/// A table that is shown again and again on standard output: on a terminal each time in the place of
/// the one before, as far as it fits; else one after another.
class LiveTable {
 public:
  LiveTable();
  void show(const std::string& table);
  /// After Ctrl-C, which a terminal shows as "^C" below the table: on to the next line.
  void leave() const;

 private:
  bool terminal_;
  size_t lines_ = 0;  // of the one before
};

/// The first `rows` lines, each cut to `columns`; the last one tells how many are left out.
std::string fitted(const std::string& table, size_t rows, size_t columns);

}  // namespace lockstep::cgroup
