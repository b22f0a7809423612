#include <nlohmann/json.hpp>
#include <string>

#include "common/oci/json_document.hpp"
#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

namespace lockstep::oci {
namespace {

/// What parse_json says about a text that it must refuse.
std::string refusal(const std::string& text) {
  try {
    parse_json(text, "x.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST_CASE("oci json: every kind of value is read") {
  const nlohmann::json read = parse_json(
      R"([null, true, -7, 18446744073709551615, 2.5, "ä\n", {}, {"a": [[], {"b": 1}]}])", "");
  REQUIRE(read.size() == 8);
  CHECK(read[0].is_null());
  CHECK(read[1] == true);
  CHECK(read[2] == -7);
  CHECK(read[3] == 18446744073709551615U);
  CHECK(read[4] == 2.5);
  CHECK(read[5] == "ä\n");
  CHECK(write_json(read[6]) == "{}");
  CHECK(write_json(read[7]) == R"({"a":[[],{"b":1}]})");
}

TEST_CASE("oci json: what isn't JSON is refused with its line and column") {
  CHECK(refusal("{\n  \"a\": 1,\n}") ==
        "x.json: line 3, column 1: syntax error while parsing object key - unexpected '}'; "
        "expected string literal");
  CHECK(refusal("") ==
        "x.json: line 1, column 1: syntax error while parsing value - unexpected end of input; "
        "expected '[', '{', or a literal");
  CHECK(refusal("{} {}") ==
        "x.json: line 1, column 4: syntax error while parsing value - unexpected '{'; "
        "expected end of input");
  CHECK(refusal("{\"a\": 1e999}") == "x.json: line 1, column 11: number overflow parsing '1e999'");
  CHECK(refusal("{\"a\":\n\"\xff\"}") ==
        "x.json: line 2, column 2: syntax error while parsing value - invalid string: ill-formed "
        "UTF-8 byte; last read: '\"\xff'");
  CHECK(refusal(std::string("{}\n\0{}", 6)) ==
        "x.json: line 2, column 1: a NUL byte, which JSON doesn't allow");
  CHECK(refusal("{\"a\": \"" + std::string(1U << 20U, 'x')).size() < 300);
}

TEST_CASE("oci json: deep and huge texts are refused, and nothing overflows") {
  const std::string too_deep = "x.json: more than 100 levels of objects and arrays";
  CHECK(refusal(std::string(1U << 20U, '[')) == too_deep);
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  CHECK(refusal(objects) == too_deep);
  const auto nested = [](size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  CHECK(refusal(nested(100)) == "accepted");
  CHECK(refusal(nested(101)) == too_deep);
  CHECK(refusal(std::string((16U << 20U) + 1, ' ')) ==
        "x.json: holds 16777217 bytes; at most 16777216 are read");
}

TEST_CASE("oci json: a key that stands twice in an object is refused, with its place") {
  CHECK(refusal(R"({"a": 1, "a": 1})") == "x.json: a: is there twice");
  CHECK(refusal(R"({"l": {"n": [{"t": 1}, [0, {"t": [{}], "u": {}, "t": 2}]]}})") ==
        "x.json: l.n[1][1].t: is there twice");
  CHECK(refusal(R"({"a": {"com.x": "1", "com.x": "2"}})") ==
        "x.json: a[\"com.x\"]: is there twice");
  CHECK(refusal(R"([{"a": 1}, {"a": 1, "b": {"a": 2}}])") == "accepted");
}

TEST_CASE("oci json: bytes that are not UTF-8 are written as U+FFFD") {
  CHECK(write_json(nlohmann::json("\xff!")) == "\"\xef\xbf\xbd!\"");
}

}  // namespace
}  // namespace lockstep::oci
