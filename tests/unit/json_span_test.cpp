#include "common/oci/json_span.hpp"

#include "tests/support/doctest.hpp"

namespace lockstep::oci {
namespace {

std::string found(std::string_view text) {
  const auto span = find_object(text, {"linux", "seccomp"});
  return span ? std::string(text.substr(span->begin, span->end - span->begin)) : "nothing";
}

TEST_CASE("json span: an object is found by its way, whatever stands before it") {
  CHECK(found(R"({"linux":{"seccomp":{"a":1}}})") == R"({"a":1})");
  CHECK(
      found(
          " {\n\"a\" : [1, {\"linux\": 2}, \"}\"],\t\"linux\" : {\"b\":{},\"seccomp\" : {} } }") ==
      "{}");
  CHECK(found(R"({"seccomp":{"no":1},"linux":{"x":"\"seccomp\":{","seccomp":{"y":"}\\"}}})") ==
        R"({"y":"}\\"})");
}

TEST_CASE("json span: what isn't there, or is no object, or no JSON, is not found") {
  for (const char* text :
       {"", "{", "[]", "7", "{}", R"({"linux":{}})", R"({"linux":{"seccomp":null}})",
        R"({"linux":{"seccomp":[{}]}})", R"({"linux":[{"seccomp":{}}]})",
        R"({"linux":{"seccomp":{)", R"({"linux":{"seccomp)", R"({"linux" {"seccomp":{}}})",
        R"({"a":{"linux":{"seccomp":{}}}})", R"({"linux":{"seccomp2":{},"ccomp":{}}})",
        R"({"linux":{"x":"seccomp":{}}})"})
    CHECK(found(text) == "nothing");
}

}  // namespace
}  // namespace lockstep::oci
