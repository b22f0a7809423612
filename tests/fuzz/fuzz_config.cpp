// A bundle's config.json. Anything may be refused, by an Error; what is taken is what the state file keeps, so it must
// come back the same when it is written and read again.

#include <cstdlib>
#include <string>

#include "common/oci/config_json.hpp"
#include "common/os/error.hpp"

using namespace lockstep;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" int LLVMFuzzerTestOneInput(const char* data, size_t size) {
  constexpr int kLesson = 9;
  std::string written;
  try {
    written = oci::write_config(oci::read_config(std::string(data, size), "fuzz", kLesson));
  } catch (const Error&) {
    return 0;
  }
  // What is written by the runtime is not refused by it.
  if (oci::write_config(oci::read_config(written, "again", kLesson)) != written) std::abort();
  return 0;
}
