#include "tests/docs/page.hpp"

#include "tests/docs/terminal.hpp"
#include "tests/docs/typed.hpp"
#include "tests/support/doctest.hpp"

namespace lockstep::docs {
namespace {

TEST_CASE("docs: a console block is commands and what they show") {
  const Page page = read_page("docs/a.md", "text\n```console\n$ one\nx\n\ny\n$ two\n```\n");
  REQUIRE(page.problems.empty());
  REQUIRE(page.blocks.size() == 1);
  CHECK(page.blocks[0].line == 2);
  REQUIRE(page.blocks[0].commands.size() == 2);
  CHECK(page.blocks[0].commands[0].typed.text == "one");
  CHECK(page.blocks[0].commands[0].shown.size() == 3);
  CHECK(page.blocks[0].commands[1].typed.number == 7);
}

TEST_CASE("docs: a marker belongs to the block below it") {
  const Page page = read_page("docs/a.md",
                              "<!-- docs: user -->\n\n```console\n$ a\n```\n```console\n$ b\n```\n"
                              "<!-- docs: skip no network here -->\n```console\n$ c\n```\n"
                              "<!-- docs: session two -->\n```console\n$ d\n```\n");
  REQUIRE(page.problems.empty());
  REQUIRE(page.blocks.size() == 4);
  CHECK(page.blocks[0].is_users());
  CHECK(page.blocks[1].terminal == "");
  CHECK(page.blocks[2].skipped == "no network here");
  CHECK(page.blocks[3].terminal == "two");
}

TEST_CASE("docs: a block in four backticks shows Markdown and is not run") {
  const Page page = read_page("docs/a.md", "````md\n```console\n$ one\n```\n````\n");
  CHECK(page.blocks.empty());
  CHECK(page.problems.empty());
}

TEST_CASE("docs: a block in a list is moved to the margin") {
  const Page page = read_page("docs/a.md", "- text:\n\n  ```console\n  $ one\n    x\n  ```\n");
  REQUIRE(page.blocks.size() == 1);
  CHECK(page.blocks[0].commands.at(0).shown.at(0).text == "  x");
}

TEST_CASE("docs: a page's mistakes are found") {
  struct Mistake {
    const char* text;
    size_t line;
    const char* what;
  };
  for (const Mistake& mistake : {
           Mistake{"\n```console\n$ one\n", 2, "never closed"},
           Mistake{"```console\none\n```\n", 1, "begins with"},
           Mistake{"<!-- docs: user -->\ntext\n```console\n$ a\n```\n", 1, "no block follows"},
           Mistake{"<!-- docs: usr -->\n```console\n$ a\n```\n", 1, "expected docs: user"},
           Mistake{"<!-- docs: skip -->\n```console\n$ a\n```\n", 1, "expected docs: user"},
           Mistake{"<!-- docs: user -->\n```cpp\n```\n", 1, "for a console block"},
           Mistake{"```sh\nmake\n```\n", 1, "nobody tests"},
       }) {
    CAPTURE(mistake.text);
    const Page page = read_page("docs/lessons/a.md", mistake.text);
    REQUIRE(page.problems.size() == 1);
    CHECK(page.problems[0].line == mistake.line);
    CHECK(page.problems[0].text.c_str() == doctest::Contains(mistake.what));
  }
}

TEST_CASE("docs: prompts of programs, and keys") {
  CHECK(inner_prompt("/ # hostname") == "/ # ");
  CHECK(inner_prompt("~ $ id") == "~ $ ");
  CHECK(inner_prompt("/tmp #") == "/tmp # ");
  CHECK(inner_prompt("box# ps") == "box# ");
  CHECK(inner_prompt("# a comment") == "");
  CHECK(inner_prompt("a line # with one") == "");
  CHECK(inner_prompt("/bin/sh: not found") == "");
  CHECK(inner_prompt("cost: 5$") == "");
  CHECK(keys("^C") == "^C");
  CHECK(keys("^P^Q") == "^P^Q");
  CHECK(keys("^Cstopped") == "^C");
  CHECK(keys("x^C") == "");
}

TEST_CASE("docs: a terminal's text without colours, carriage returns and progress") {
  CHECK(readable("\033[1;32mok\033[0m\r\n") == "ok\n");
  CHECK(readable("10%\r50%\r100%\r\ndone\r\n") == "100%\ndone\n");
  CHECK(readable("\033]0;title\atext\033[6n") == "text");
  CHECK(readable("a\r\r\nb") == "a\nb");
}

}  // namespace
}  // namespace lockstep::docs
