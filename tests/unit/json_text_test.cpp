#include "common/os/json_text.hpp"

#include <nlohmann/json.hpp>

#include "tests/support/doctest.hpp"

using lockstep::json_quoted;

namespace {

std::string read_back(const std::string& text) {
  return nlohmann::json::parse(json_quoted(text)).get<std::string>();
}

}  // namespace

TEST_CASE("json_quoted: a JSON reader gets back what went in") {
  for (const std::string& text :
       {std::string(), std::string("plain"), std::string(R"(a "quote" and a \ backslash)"),
        std::string("line\nnext\ttab\r"), std::string("a\0b\x1b\x7f", 5),
        std::string("Zoë → 容器 😀"), std::string("\xf4\x8f\xbf\xbf")}) {
    CAPTURE(text);
    CHECK(read_back(text) == text);
  }
}

TEST_CASE("json_quoted: no control character stands in a line as it is") {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  for (const char c : json_quoted(all)) CHECK((c >= 0x20 && c != 0x7f));
  CHECK(read_back(all) == all);
}

TEST_CASE("json_quoted: what is no UTF-8 becomes U+FFFD, a byte at a time") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(json_quoted("a\xff!") == "\"a" + bad + "!\"");
  CHECK(json_quoted("\xc3") == "\"" + bad + "\"");                      // cut off
  CHECK(json_quoted("\xe2\x82x") == "\"" + bad + bad + "x\"");          // cut off
  CHECK(json_quoted("\xc0\xaf") == "\"" + bad + bad + "\"");            // overlong
  CHECK(json_quoted("\xe0\x80\xaf") == "\"" + bad + bad + bad + "\"");  // overlong
  CHECK(json_quoted("\xed\xa0\x80") == "\"" + bad + bad + bad + "\"");  // half of a surrogate pair
  CHECK(json_quoted("\xf0\x80\x80\x80") == "\"" + bad + bad + bad + bad + "\"");  // overlong
  CHECK(json_quoted("\xf4\x90\x80\x80") == "\"" + bad + bad + bad + bad + "\"");  // past U+10FFFF
}

TEST_CASE("json_quoted: every two- and three-byte text is JSON that a strict reader takes") {
  int refused = 0;
  for (int first = 0x80; first < 0x100; ++first) {
    for (int second = 0; second < 0x100; second += 3) {
      for (const int third : {0x7f, 0x80, 0xbf, 0xc0}) {
        const std::string text = {static_cast<char>(first), static_cast<char>(second),
                                  static_cast<char>(third)};
        refused += nlohmann::json::accept(json_quoted(text)) ? 0 : 1;
      }
    }
  }
  CHECK(refused == 0);
}
