// docs-check: holds the pages to what they say. See docs/writing-lessons.md.

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

#include "common/os/error.hpp"
#include "tests/docs/check.hpp"

namespace fs = std::filesystem;
using namespace lockstep;

namespace {

constexpr const char* kUsage =
    "usage: docs-check run|lines|update [FILE.md…]\n"
    "  run     types every console block of the pages and compares; as root\n"
    "  lines   compares the lines that the pages take from sources\n"
    "  update  takes them over\n"
    "Without files: README.md and all of docs/. In the environment: LOCKSTEP_SOURCE, the clone "
    "(else\n"
    "this folder); LOCKSTEP_BUILD, its build (else build/); DOCS_SECONDS, the most that a command "
    "may\n"
    "take (else 120).\n";

std::string variable(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

int check(const std::string& command, std::vector<fs::path> files) {
  const fs::path source = fs::canonical(variable("LOCKSTEP_SOURCE", "."));
  const docs::Places places{source,
                            fs::weakly_canonical(variable("LOCKSTEP_BUILD", source / "build"))};
  if (files.empty()) files = docs::all_pages(places);
  docs::Check check(places, files);
  if (command == "lines") return check.lines();
  if (command == "update") return check.update();
  if (command == "run")
    return check.run(std::chrono::seconds(std::stoul(variable("DOCS_SECONDS", "120"))));
  throw Error(fmt::format("there is no command {}", quoted(command)), kUsage);
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty() || arguments[0] == "--help") {
    fmt::print("{}", kUsage);
    return arguments.empty() ? 1 : 0;
  }
  return check(arguments[0], {arguments.begin() + 1, arguments.end()});
} catch (const Error& error) {
  fmt::print(stderr, "docs-check: {}\n{}", error.what(), error.hint());
  return 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "docs-check: {}\n", error.what());
  return 1;
}
