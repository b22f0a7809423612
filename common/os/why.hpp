#pragma once

#include <string_view>

namespace lockstep {

/// The reason for a system call, and the place that makes it. Every wrapper takes one as its last
/// argument: it is the comment at the call, and the sentence that `--explain` prints. The file's
/// folder says which lesson the call belongs to ("steps/03-mount/rootfs.cpp" is lesson 03-mount).
/// (std::source_location would do, but clang 14 doesn't have it.)
struct Why {
  // NOLINTNEXTLINE(google-explicit-constructor): a plain string is meant to become a reason
  constexpr Why(const char* reason = "", const char* at_file = __builtin_FILE(),
                int at_line = __builtin_LINE())
      : text(reason), file(at_file), line(at_line) {}

  std::string_view text;
  std::string_view file;
  int line;
};

}  // namespace lockstep
