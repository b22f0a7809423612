#include "03-mount/relay.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"

using namespace lockstep;
using mnt::parse_detach_keys;

TEST_CASE("detach keys: as the bytes that a terminal sends") {
  CHECK(parse_detach_keys("ctrl-p,ctrl-q") == "\x10\x11");
  CHECK(parse_detach_keys("ctrl-a") == "\x01");
  CHECK(parse_detach_keys("ctrl-A") == "\x01");
  CHECK(parse_detach_keys("ctrl-[") == "\x1b");
  CHECK(parse_detach_keys("ctrl-\\,ctrl-],ctrl-^,ctrl-_") == "\x1c\x1d\x1e\x1f");
  CHECK(parse_detach_keys("ctrl-@") == std::string(1, '\0'));
  CHECK(parse_detach_keys("~,.") == "~.");
  CHECK(parse_detach_keys("a") == "a");
}

TEST_CASE("detach keys: none, so that nothing that is typed detaches") {
  CHECK(parse_detach_keys("").empty());
}

TEST_CASE("detach keys: what is no key is refused") {
  for (const char* wrong : {"ctrl-", "ctrl-pp", "ctrl", "ctrl-é", "ctrl-1", "ctrl-`", "ab", ",a",
                            "a,,b", "CTRL-p", "alt-p"}) {
    CAPTURE(wrong);
    CHECK(testing::text(testing::error_of([&] { parse_detach_keys(wrong); })) ==
          doctest::Contains("is no key\nhint: keys are single characters or ctrl- and a letter"));
  }
}
