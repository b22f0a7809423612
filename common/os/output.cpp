#include "common/os/output.hpp"

#include <cstdio>

#include "common/os/error.hpp"

namespace lockstep {
namespace {

[[noreturn]] void fail() { throw SysError(errno, "write(standard output)"); }

}  // namespace

// Checked each time: when the buffer is full it is written, and a later fflush knows nothing of that.
void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail();
}

void flush_output() {
  if (std::fflush(stdout) != 0) fail();
}

}  // namespace lockstep
