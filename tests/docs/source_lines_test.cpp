#include "tests/docs/source_lines.hpp"

#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

namespace lockstep::docs {
namespace {

const std::vector<std::string> kSource = lines_of(R"(// The story.
// Its end.

#include "x.hpp"

constexpr size_t kLongest = 64;  // bytes

void helper(int x);

/// Why.
void helper(int x) {
  if (x > 0) {
    set(x);
  }
}

class Container : public Story {
 public:
  explicit Container(int x) : x_(x) {}

  // Inside.
  void inside(Handshake&) override {
    helper(x_);

    other();
  }

  uint64_t flags() const override { return 1; }
};

int Program::run(int argc,
                 char** argv) {
  return helper(argc);
}

void twice(int) {}
void twice(long) {}
)");

using Lines = std::vector<std::string>;

TEST_CASE("docs: a definition comes with its comment, at the margin") {
  CHECK(definition(kSource, "helper") ==
        Lines{"/// Why.", "void helper(int x) {", "  if (x > 0) {", "    set(x);", "  }", "}"});
  CHECK(definition(kSource, "inside") == Lines{"// Inside.", "void inside(Handshake&) override {",
                                               "  helper(x_);", "", "  other();", "}"});
  CHECK(definition(kSource, "run").size() == 4);
  CHECK(definition(kSource, "kLongest") == Lines{"constexpr size_t kLongest = 64;  // bytes"});
  CHECK(definition(kSource, "flags") == Lines{"uint64_t flags() const override { return 1; }"});
  CHECK(definition(kSource, "Container").size() == 13);
  CHECK(opening_comment(kSource) == Lines{"// The story.", "// Its end."});
}

TEST_CASE("docs: what is not defined, or twice, is an error") {
  CHECK_THROWS_WITH_AS(definition(kSource, "set"), "set is not defined there", Error);
  CHECK_THROWS_WITH_AS(definition(kSource, "help"), "help is not defined there", Error);
  CHECK_THROWS_WITH_AS(definition(kSource, "twice"), "twice is defined more than once", Error);
}

}  // namespace
}  // namespace lockstep::docs
