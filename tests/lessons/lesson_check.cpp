// lesson-check: grades a program against a lesson.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "common/os/error.hpp"
#include "tests/lessons/eventually.hpp"
#include "tests/lessons/grade.hpp"

namespace fs = std::filesystem;
using namespace lockstep;

namespace {

constexpr const char* kUsage =
    R"(usage: lesson-check [OPTIONS] NN PATH

Tries whether the program PATH does what lesson NN (01 to 07) teaches, and says what to read where it
doesn't. Any program will do that has `PATH run [OPTIONS] COMMAND…` and lists its options in
`PATH run --help`. From lesson 03 on it is given `--rootfs`.

options:
      --full            all checks (this is the default)
      --core            only those of the lesson's one idea
      --only TEXT       only those whose line contains TEXT
      --patience N      seconds after which something counts as hanging (default: 10)
      --rootfs-dir DIR  the container's files (default: made from this machine's static busybox)
  -h, --help            this text

Exit status: 0 all passed, 1 some did not, 2 the checks couldn't be tried.
)";

constexpr int kCannotTry = 2;

struct UsageError : Error {
  using Error::Error;
};

struct Arguments {
  lessons::Request request;
  std::vector<std::string> positional;
  bool help = false;
};

std::string value_of(const std::vector<std::string>& words, size_t& at) {
  if (at + 1 == words.size()) throw UsageError(fmt::format("{} needs a value", words[at]));
  return words[++at];
}

std::chrono::seconds seconds(const std::string& text) {
  const bool number =
      !text.empty() && text.size() < 5 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!number)
    throw UsageError(fmt::format("--patience: expected a number of seconds, got {}", quoted(text)));
  return std::chrono::seconds(std::stoi(text));
}

Arguments parse(const std::vector<std::string>& words) {
  Arguments arguments;
  lessons::Request& request = arguments.request;
  for (size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "--help" || word == "-h") {
      arguments.help = true;
    } else if (word == "--core") {
      request.scope = lessons::Scope::kCore;
    } else if (word == "--full") {
      request.scope = lessons::Scope::kFull;
    } else if (word == "--only") {
      request.only = value_of(words, at);
    } else if (word == "--patience") {
      lessons::patience = seconds(value_of(words, at));
    } else if (word == "--rootfs-dir") {
      request.rootfs = fs::absolute(value_of(words, at));
    } else if (word.size() > 1 && word[0] == '-') {
      throw UsageError(fmt::format("unknown option {}", word));
    } else {
      arguments.positional.push_back(word);
    }
  }
  return arguments;
}

lessons::Lesson find_lesson(const std::string& number) {
  for (lessons::Lesson& lesson : lessons::all_lessons()) {
    if (number == lesson.number || number == lesson.name || "0" + number == lesson.number) {
      return std::move(lesson);
    }
  }
  throw UsageError(fmt::format("there is no lesson {}", quoted(number)));
}

lessons::Request complete(const Arguments& arguments) {
  if (arguments.positional.size() != 2) {
    throw UsageError("a lesson's number and a program's path are needed");
  }
  lessons::Request request = arguments.request;
  request.lesson = find_lesson(arguments.positional[0]);
  request.shown = arguments.positional[1];
  request.path = fs::absolute(request.shown);
  if (fs::is_directory(request.path) || ::access(request.path.c_str(), X_OK) != 0) {
    throw UsageError(fmt::format("{} is no program that can be executed", quoted(request.shown)));
  }
  // A link's target is another one on this side, so only the link itself says something.
  std::error_code ignored;
  const auto shell = fs::symlink_status(request.rootfs + "/bin/sh", ignored);
  if (!request.rootfs.empty() && !fs::exists(shell)) {
    throw UsageError(fmt::format("{} is no rootfs: it has no bin/sh", quoted(request.rootfs)));
  }
  return request;
}

}  // namespace

int main(int argc, char** argv) try {
  const Arguments arguments = parse({argv + 1, argv + argc});
  if (arguments.help) {
    fmt::print("{}", kUsage);
    return 0;
  }
  return lessons::grade(complete(arguments));
} catch (const UsageError& error) {
  fmt::print(stderr, "lesson-check: {}\nhint: `lesson-check --help` tells more\n", error.what());
  return kCannotTry;
} catch (const Error& error) {
  fmt::print(stderr, "lesson-check: {}\n{}", error.what(),
             error.hint().empty() ? "" : "hint: " + error.hint() + "\n");
  return kCannotTry;
} catch (const std::exception& error) {
  fmt::print(stderr, "lesson-check: {}\n", error.what());
  return kCannotTry;
}
