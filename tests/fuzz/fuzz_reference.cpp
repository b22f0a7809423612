// References to images: what is taken as one must be itself again when it is written in full.

#include <cstdlib>

#include "common/images/reference.hpp"
#include "common/os/error.hpp"

using namespace lockstep;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" int LLVMFuzzerTestOneInput(const char* data, size_t size) {
  const std::string text(data, size);
  images::names_in_store(text);
  const auto reference = images::Reference::read(text);
  if (!reference) return 0;
  const auto again = images::Reference::read(reference->text());
  if (!again || again->text() != reference->text() || again->place != reference->place ||
      again->name() != reference->name()) {
    std::abort();
  }
  return 0;
}
