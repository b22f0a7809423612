#include "common/cli/options.hpp"

#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"

using namespace lockstep;
using cli::Options;
using testing::error_of;
using testing::text;
using Words = std::vector<std::string>;

namespace {

/// A command's options as `run` has them, and what came of a command line.
struct Parser {
  Options options;
  Words seen;  // in the order of the handlers' calls

  Parser() {
    options.flag("t,tty", "a terminal", [this] { seen.emplace_back("tty"); });
    options.flag("i,interactive", "keep reading", [this] { seen.emplace_back("interactive"); });
    options.flag("read-only", "no writing", [this] { seen.emplace_back("read-only"); });
    options.value("v,volume", "SRC:DST", "show SRC at DST",
                  [this](const std::string& text) { seen.push_back("volume " + text); });
    options.value("env", "NAME=VALUE", "a variable",
                  [this](const std::string& text) { seen.push_back("env " + text); });
    options.optional_value("explain", "all|json", "step", "say each call",
                           [this](const std::string& text) { seen.push_back("explain " + text); });
    options.boolean("p,pause", "pause it",
                    [this](bool value) { seen.emplace_back(value ? "pause" : "no pause"); });
  }

  /// "what the handlers saw → the positional arguments".
  std::string operator()(const Words& words) {
    seen.clear();
    const Words positional = options.parse("step03 run", words);
    std::string out;
    for (const std::string& one : seen) out += (out.empty() ? "" : ", ") + one;
    out += " →";
    for (const std::string& word : positional) out += " " + word;
    return out;
  }

  std::string refusal(const Words& words) {
    return error_of([&] { (*this)(words); });
  }
};

}  // namespace

TEST_CASE("options: nothing given, nothing called") {
  Parser parse;
  CHECK(parse({}) == " →");
  CHECK(parse({"sh"}) == " → sh");
}

TEST_CASE("options: handlers are called in the command line's order, once for each time") {
  Parser parse;
  CHECK(parse({"-v", "/a:/b", "--tty", "--volume=/c:/d", "--env", "X=1"}) ==
        "volume /a:/b, tty, volume /c:/d, env X=1 →");
}

TEST_CASE("options: every usual way to write one") {
  Parser parse;
  CHECK(parse({"-it"}) == "interactive, tty →");
  CHECK(parse({"-v/a:/b"}) == "volume /a:/b →");
  CHECK(parse({"-itv", "/a:/b", "sh"}) == "interactive, tty, volume /a:/b → sh");
  CHECK(parse({"-itv/a:/b", "sh"}) == "interactive, tty, volume /a:/b → sh");
  CHECK(parse({"--env="}) == "env  →");
  CHECK(parse({"--env", ""}) == "env  →");
  CHECK(parse({"--env", "A=b=c, d"}) == "env A=b=c, d →");
  CHECK(parse({"--env=A=--tty"}) == "env A=--tty →");
  CHECK(parse({"--env", "--tty", "-v", "-it", "-t"}) == "env --tty, volume -it, tty →");
}

TEST_CASE("options: a value that may be left out never takes the next word") {
  Parser parse;
  CHECK(parse({"--explain", "all"}) == "explain step → all");
  CHECK(parse({"--explain=all", "sh"}) == "explain all → sh");
}

TEST_CASE("options: true or false, and true where it is left out") {
  Parser parse;
  CHECK(parse({"--pause", "false"}) == "pause → false");
  CHECK(parse({"--pause=true", "--pause=false"}) == "pause, no pause →");
  CHECK(parse({"-p=false", "-p"}) == "no pause, pause →");
  CHECK(parse({"-v=/a:/b"}) == "volume /a:/b →");
  CHECK(parse.refusal({"--pause=maybe"}) == "--pause: expected true or false, got \"maybe\"");
}

TEST_CASE("options: what belongs to the container's command stays there") {
  Parser parse;
  CHECK(parse({"--tty", "busybox", "ls", "-l", "--env", "x"}) == "tty → busybox ls -l --env x");
  CHECK(parse({"ls", "--", "-v"}) == " → ls -- -v");
  CHECK(parse({"--", "-it"}) == " → -it");
  CHECK(parse({"--tty", "--", "--tty", "--"}) == "tty → --tty --");
  CHECK(parse({"-"}) == " → -");
  CHECK(parse({"sh", "-c", "echo a,b"}) == " → sh -c echo a,b");
}

TEST_CASE("options: anywhere, for a command that passes none of them on") {
  Parser parse;
  parse.options.allow_anywhere();
  CHECK(parse({"box", "--tty", "KILL", "-v", "/a:/b"}) == "tty, volume /a:/b → box KILL");
  CHECK(parse({"box", "--", "--tty"}) == " → box --tty");
}

TEST_CASE("options: what no one knows is refused with its name and the way to the list") {
  Parser parse;
  const std::string hint = "\nhint: `step03 run --help` lists the options";
  for (const Words& words :
       {Words{"--nonsense"}, Words{"--nonsense=1"}, Words{"--nonsense", "sh"}}) {
    const std::string refusal = parse.refusal(words);
    CHECK(text(refusal) == doctest::Contains("unknown option \"--nonsense\""));
    CHECK(text(refusal) == doctest::Contains(hint.c_str()));
  }
  CHECK(text(parse.refusal({"-x"})) == doctest::Contains("unknown option \"-x\""));
  CHECK(text(parse.refusal({"-tx"})) == doctest::Contains("unknown option \"-x\""));
  // A beginning of a name is no name: it would change its meaning when another option comes.
  CHECK(text(parse.refusal({"--vol", "/a:/b"})) == doctest::Contains("unknown option \"--vol\""));
}

TEST_CASE("options: a missing value and a value too many are refused") {
  Parser parse;
  CHECK(text(parse.refusal({"--env"})) == doctest::Contains("--env: NAME=VALUE is missing"));
  CHECK(text(parse.refusal({"-v"})) == doctest::Contains("-v: "));
  CHECK(parse.refusal({"--tty=false"}) == "--tty takes no value");
  CHECK(parse.refusal({"--tty=often"}) == "--tty takes no value");
}

TEST_CASE("options: a refusal has no quotes that a terminal without UTF-8 couldn't show") {
  Parser parse;
  for (const char c : parse.refusal({"--nonsense"})) CHECK(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("options: checks come last, when all options have been handled") {
  Parser parse;
  parse.options.check([&] { parse.seen.emplace_back("checked"); });
  CHECK(parse({"--tty", "sh"}) == "tty, checked → sh");
  CHECK(parse({}) == "checked →");
  parse.options.check([] { throw cli::UsageError("--rootfs is missing"); });
  CHECK(parse.refusal({"--tty"}) == "--rootfs is missing");
}

TEST_CASE("options: a handler's own refusal is passed on, with the option's name") {
  Options options;
  options.value("id", "ID", "a name", [](const std::string& id) {
    throw cli::UsageError("no such " + id, "choose another");
  });
  CHECK(error_of([&] {
          options.parse("x", {"--id", "y"});
        }) == "--id: no such y\nhint: choose another");
}

TEST_CASE("options: the help shows every option, its value and its words in columns") {
  const Parser parse;
  CHECK(parse.options.help() ==
        "  -t, --tty                       a terminal\n"
        "  -i, --interactive               keep reading\n"
        "      --read-only                 no writing\n"
        "  -v, --volume SRC:DST            show SRC at DST\n"
        "      --env NAME=VALUE            a variable\n"
        "      --explain[=all|json]        say each call\n"
        "  -p, --pause[=true|false]        pause it\n");
}

TEST_CASE("options: in the help a long name gets a line of its own") {
  Options options;
  options.value("mount", "type=bind,source=SRC,target=DST", "the same in full",
                [](const std::string&) {});
  CHECK(options.help() ==
        "      --mount type=bind,source=SRC,target=DST\n"
        "                                  the same in full\n");
}
