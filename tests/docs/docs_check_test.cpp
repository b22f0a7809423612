// docs-check itself: each of these pages has something that it must find.

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/os/error.hpp"
#include "tests/docs/sandbox.hpp"
#include "tests/support/doctest.hpp"

namespace fs = std::filesystem;

namespace lockstep::docs {
namespace {

/// A small clone with one page and one source.
class Clone {
 public:
  explicit Clone(const std::string& page) {
    std::string name = fs::temp_directory_path() / "docs-check.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw SysError(errno, "mkdtemp()");
    folder_ = name;
    fs::create_directories(folder_ / "docs");
    fs::create_directories(folder_ / "build");
    fs::create_directories(folder_ / "steps");
    write("docs/page.md", page);
    write("steps/a.cpp", "// Story.\n\nvoid work() {\n  call();\n}\n");
  }
  Clone(Clone&&) = delete;
  Clone(const Clone&) = delete;
  Clone& operator=(Clone&&) = delete;
  Clone& operator=(const Clone&) = delete;
  ~Clone() { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  std::string read(const std::string& name) {
    std::ifstream in(folder_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  const fs::path& folder() const { return folder_; }

  /// docs-check's exit status, and what it printed.
  int check(const std::string& command, std::string& printed) {
    const std::string program =
        std::getenv("LOCKSTEP_BUILD") + std::string("/tests/bin/docs-check");
    const std::string line =
        fmt::format("DOCS_SECONDS=2 LOCKSTEP_SOURCE={0} LOCKSTEP_BUILD={0}/build {1} {2} 2>&1",
                    folder_.string(), program, command);
    std::FILE* out = ::popen(line.c_str(), "r");
    std::array<char, 4096> buffer{};
    while (const size_t count = std::fread(buffer.data(), 1, buffer.size(), out))
      printed.append(buffer.data(), count);
    return WEXITSTATUS(::pclose(out));
  }

 private:
  fs::path folder_;
};

std::string console(const std::string& text) { return "```console\n" + text + "```\n"; }

struct Expected {
  int status;
  std::vector<std::string> words;
};

void check_run(const std::string& page, const Expected& expected) {
  CAPTURE(page);
  Clone clone(page);
  std::string printed;
  CHECK(clone.check("run", printed) == expected.status);
  for (const std::string& word : expected.words)
    CHECK(printed.c_str() == doctest::Contains(word.c_str()));
}

#define NEEDS_SANDBOX() \
  if (const std::string why = no_sandbox_because(); !why.empty()) SKIP(why)

TEST_CASE("docs-check: a page that tells the truth passes, and is counted") {
  NEEDS_SANDBOX();
  check_run(console("$ echo one; echo two >&2\none\ntwo\n$ cd /tmp\n$ x=5\n") +
                console("$ echo $PWD $x\n/tmp 5\n"),
            {0, {"2 blocks with 4 commands ran in 1 pages, 0 were skipped; 0 failures"}});
}

TEST_CASE("docs-check: an altered line fails, with its place and both texts") {
  NEEDS_SANDBOX();
  check_run("\n" + console("$ echo one; echo two; echo three\none\nTWO\nthree\n"),
            {1,
             {"FAILED docs/page.md:3:", "$ echo one; echo two; echo three", "  one\n", "- TWO",
              "+ two", "1 failures"}});
  check_run(console("$ echo one\none\ntwo\n"), {1, {"- two"}});
  check_run(console("$ echo one; echo two\none\n"), {1, {"+ two"}});
}

TEST_CASE("docs-check: a failure in silence is found, one that is shown is not") {
  NEEDS_SANDBOX();
  check_run(console("$ false\n"), {1, {"exit status 1"}});
  check_run(console("$ echo x; exit_7() { return 7; }; exit_7\n...\n"), {1, {"exit status 7"}});
  check_run(console("$ false\n$ echo $?\n1\n$ ls /none\nls: cannot access '/none': No such file or "
                    "directory\n"),
            {0, {}});
}

TEST_CASE("docs-check: a command that hangs fails, and the page ends there") {
  NEEDS_SANDBOX();
  check_run(console("$ echo a; sleep 1000\na\n$ echo never\nnever\n"),
            {1,
             {"not done after 2 seconds", "$ echo a; sleep 1000", "1 blocks with 1 commands",
              "not run"}});
  check_run(console("$ exit\n"), {1, {"the shell has ended"}});
}

TEST_CASE("docs-check: a block that is never closed fails") {
  NEEDS_SANDBOX();
  check_run("```console\n$ echo a\na\n", {1, {"docs/page.md:1: this block is never closed"}});
}

TEST_CASE("docs-check: nothing to run is a failure") {
  NEEDS_SANDBOX();
  check_run("text\n", {1, {"not one block was run"}});
  check_run("<!-- docs: skip reasons -->\n" + console("$ a\n"),
            {1, {"skipped docs/page.md:2: reasons", "not one block"}});
}

TEST_CASE("docs-check: programs are typed into, stopped, and left running in another terminal") {
  NEEDS_SANDBOX();
  const std::string shell = console("$ PS1='box# ' sh\nbox# echo $((6*7))\n42\nbox#\n") +
                            console("box# exit\n$ echo back\nback\n");
  check_run(shell, {0, {}});
  check_run(console("$ PS1='box# ' sh\nbox# echo $((6*7))\n43\nbox# exit\n"),
            {1, {"- 43", "+ 42"}});
  check_run(console("$ echo ready; sleep 100\nready\n^C\n$ echo $?\n130\n"), {0, {}});
  check_run(console("$ read -p 'Go on? '; echo so\nGo on? ⏎\nso\n"), {0, {}});
  check_run(console("$ for i in 1 2; do\n> echo $i\n> done\n1\n2\n"), {0, {}});
  const std::string second = "<!-- docs: session two -->\n";
  check_run(second + console("$ echo up; exec -a napper sleep 100\nup\n") +
                console("$ pgrep -f napper\n31007\n"),
            {0, {}});
}

TEST_CASE("docs-check: a page's attacks stay in its own world") {
  NEEDS_SANDBOX();
  std::array<char, 256> before{};
  ::gethostname(before.data(), before.size());
  const std::string attacks = console(
      "$ hostname pwned\n$ mount -t tmpfs none /opt\n$ touch /usr/pwned\n"
      "touch: cannot touch '/usr/pwned': Read-only file system\n$ echo x > docs/new.md\n$ touch "
      "/tmp/docs-check.pwned\n");
  Clone clone(attacks);
  std::string printed;
  CHECK(clone.check("run", printed) == 0);
  CAPTURE(printed);
  CHECK_FALSE(fs::exists(clone.folder() / "docs/new.md"));
  CHECK_FALSE(fs::exists("/tmp/docs-check.pwned"));
  std::array<char, 256> after{};
  ::gethostname(after.data(), after.size());
  CHECK(std::string(before.data()) == after.data());
}

TEST_CASE("docs-check: the ordinary user has no power over the sandbox") {
  NEEDS_SANDBOX();
  check_run("<!-- docs: user -->\n" + console("$ id -u\n1000\n$ touch /root/x\ntouch: [...]: "
                                              "Permission denied\n$ cd; touch mine\n"),
            {0, {}});
}

TEST_CASE("docs-check: lines of a source are compared, and taken over") {
  const std::string page =
      "<!-- include: steps/a.cpp work -->\n```cpp\nvoid work() {\n  CALL();\n}\n```\nend\n";
  Clone clone(page);
  std::string printed;
  CHECK(clone.check("lines", printed) == 1);
  CHECK(printed.c_str() == doctest::Contains("docs/page.md:1: not the lines of steps/a.cpp"));
  CHECK(printed.c_str() == doctest::Contains("-   CALL();\n+   call();"));
  CHECK(clone.check("update", printed) == 0);
  CHECK(clone.read("docs/page.md") ==
        "<!-- include: steps/a.cpp work -->\n```cpp\nvoid work() {\n  call();\n}\n```\nend\n");
  CHECK(clone.check("lines", printed) == 0);
  clone.write("steps/a.cpp", "void work() {\n  other();\n}\n");
  CHECK(clone.check("lines", printed) == 1);
  clone.write("steps/a.cpp", "int nothing;\n");
  CHECK(clone.check("lines", printed) == 1);
  CHECK(printed.c_str() == doctest::Contains("work is not defined there"));
}

}  // namespace
}  // namespace lockstep::docs
