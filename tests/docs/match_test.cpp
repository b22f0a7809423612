#include "tests/docs/match.hpp"

#include "tests/support/doctest.hpp"

namespace lockstep::docs {
namespace {

using Lines = std::vector<std::string>;

bool line(std::string_view shown, std::string_view actual) {
  Numbers numbers;
  return line_matches(shown, actual, numbers);
}

bool lines(const Lines& shown, const Lines& actual) {
  Numbers numbers;
  return output_matches(shown, actual, numbers);
}

Numbers on_this_machine() { return Numbers({{"uts", "4026531838"}, {"net", "4026532008"}}); }

TEST_CASE("docs: a line matches itself and no other") {
  CHECK(line("laptop", "laptop"));
  CHECK_FALSE(line("laptop", "laptops"));
  CHECK_FALSE(line("laptop", "lapto"));
  CHECK_FALSE(line("", "laptop"));
  CHECK_FALSE(line("exit status 12", "exit status 125"));
}

TEST_CASE("docs: [...] is any text within a line, and nothing else is") {
  CHECK(line("built in [...] s, 3 files", "built in 1.25 s, 3 files"));
  CHECK_FALSE(line("built in [...] s, 3 files", "built in 1.25 s, 4 files"));
  CHECK(line("[...]b", "abab"));
  CHECK(line("a[...]b[...]c", "a x b y b z c"));
  CHECK_FALSE(line("a[...]b[...]c", "a x c y b"));
  CHECK(line("[...]", ""));
  CHECK_FALSE(line("a*", "ab"));
  CHECK_FALSE(line("a.c", "abc"));
}

TEST_CASE("docs: runs of spaces are alike, but a space is a space") {
  CHECK(line("  PID   TTY", "PID TTY  "));
  CHECK_FALSE(line("PIDTTY", "PID TTY"));
}

TEST_CASE("docs: a line of ... is any number of lines") {
  CHECK(lines({"...", "last"}, {"last"}));
  CHECK(lines({"...", "last"}, {"one", "two", "last"}));
  CHECK_FALSE(lines({"...", "last"}, {"one", "last", "two"}));
  CHECK(lines({"first", "...", "b", "...", "c"}, {"first", "a", "b", "b", "c", "c"}));
  CHECK(lines({"..."}, {}));
  CHECK_FALSE(lines({}, {"one"}));
  CHECK_FALSE(lines({"one"}, {}));
  CHECK_FALSE(lines({"one", "two"}, {"two", "one"}));
}

TEST_CASE("docs: a PID is any number, but always the same one") {
  Numbers numbers;
  CHECK(output_matches({"[1] 31007"}, {"[1] 57"}, numbers));
  CHECK(output_matches({"kill: 31007"}, {"kill: 57"}, numbers));
  CHECK_FALSE(output_matches({"kill: 31007"}, {"kill: 58"}, numbers));
  CHECK(output_matches({"31007 31008"}, {"57 58"}, numbers));
  CHECK_FALSE(line("31001 31002", "57 57"));
  CHECK_FALSE(line("31001", "none"));
  CHECK_FALSE(line("30999", "57"));
  CHECK_FALSE(line("1", "57"));
}

TEST_CASE("docs: what did not match leaves nothing behind") {
  Numbers numbers;
  CHECK_FALSE(output_matches({"31007", "end"}, {"57", "no end"}, numbers));
  CHECK(output_matches({"31007", "end"}, {"58", "end"}, numbers));
}

TEST_CASE("docs: the terminal's own namespaces are told from all others") {
  Numbers numbers = on_this_machine();
  CHECK(line_matches("uts:[4026531838]", "uts:[4026531838]", numbers));
  CHECK(line_matches("net:[4026531833]", "net:[4026532008]", numbers));
  CHECK_FALSE(line_matches("uts:[4026531838]", "uts:[4026532201]", numbers));
  CHECK_FALSE(line_matches("uts:[4026532201]", "uts:[4026531838]", numbers));
  CHECK(line_matches("uts:[4026532201]", "uts:[4026532177]", numbers));
  CHECK_FALSE(line_matches("uts:[4026532201]", "uts:[4026532178]", numbers));
  CHECK_FALSE(line_matches("4026532301 4026532302", "4026532401 4026532401", numbers));
}

TEST_CASE("docs: a difference shows the page's lines with -, the terminal's with +") {
  CHECK(difference({"a", "b", "z"}, {"a", "c", "d", "z"}, Numbers()) ==
        "  a\n- b\n+ c\n+ d\n  z\n");
}

}  // namespace
}  // namespace lockstep::docs
