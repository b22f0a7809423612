#include "common/os/error.hpp"

#include <cerrno>

#include "tests/support/doctest.hpp"

using namespace lockstep;
using testing::text;

TEST_CASE("error: a failed call reads as the call, the words and the errno's name") {
  const SysError error(ENOENT, "chdir(\"/nowhere\")", "make it first");
  CHECK(text(error.what()) == "chdir(\"/nowhere\"): No such file or directory (ENOENT)");
  CHECK(error.hint() == "make it first");
  CHECK(error.code() == ENOENT);
  CHECK(error.failure() == Failure::kRuntime);
}

TEST_CASE("error: one that comes from elsewhere isn't worded a second time") {
  const SysError error(SysError::Verbatim{}, EPERM, "in the container: it said so", "",
                       Failure::kNotExecutable);
  CHECK(text(error.what()) == "in the container: it said so");
  CHECK(error.code() == EPERM);
  CHECK(static_cast<int>(error.failure()) == 126);
}

TEST_CASE("error: the exit codes are docker's") {
  CHECK(static_cast<int>(Error("x").failure()) == 125);
  CHECK(static_cast<int>(Error("x", "", Failure::kNotExecutable).failure()) == 126);
  CHECK(static_cast<int>(Error("x", "", Failure::kNotFound).failure()) == 127);
}

TEST_CASE("error: an errno without a name is a number") {
  CHECK(errno_words(0) == "Success (0)");
  CHECK(errno_name(EAGAIN) == "EAGAIN");
  CHECK(errno_name(12345) == "errno 12345");
  CHECK(errno_words(12345) == "unknown error (errno 12345)");
}

TEST_CASE("error: quoted text can't end its quotes, break the line or drive a terminal") {
  CHECK(quoted("plain text") == "\"plain text\"");
  CHECK(quoted("") == "\"\"");
  CHECK(quoted(R"(a"b\c)") == R"("a\"b\\c")");
  CHECK(quoted("a\nb\tc\rd") == R"("a\nb\tc\x0dd")");
  CHECK(quoted("\x1b[31mred\x7f") == R"("\x1b[31mred\x7f")");
  CHECK(quoted(std::string("a\0b", 3)) == R"("a\x00b")");
  CHECK(quoted("Zoë → 容器") == "\"Zoë → 容器\"");
  // U+009B is "escape [" in one character, for a terminal that reads UTF-8 …
  CHECK(quoted("\xc2\x9b"
               "31m") == R"("\xc2\x9b31m")");
  // … and 0x9b alone for one that doesn't.
  CHECK(quoted("\x9b"
               "31m\xff") == R"("\x9b31m\xff")");
}
