// without CALL[=ERRNO]… -- COMMAND [ARG…]: runs the command as on a kernel that lacks these system
// calls (ENOSYS), or in a sandbox that hides them (EPERM). `without setns`: as before kernel 5.8,
// which knows no setns(2) with several namespaces at once (EINVAL).

#include <unistd.h>

#include <cstdio>
#include <string>

#include "common/os/error.hpp"
#include "tests/support/deny_calls.hpp"

namespace {

using namespace lockstep;

testing::Denied parse(const std::string& word) {
  const size_t equals = word.find('=');
  testing::Denied denied{word.substr(0, equals)};
  if (equals == std::string::npos) return denied;
  const std::string code = word.substr(equals + 1);
  if (code == "EPERM") {
    denied.code = EPERM;
  } else if (code != "ENOSYS") {
    throw Error("expected ENOSYS or EPERM, got " + quoted(code));
  }
  return denied;
}

void run(char** words) {
  std::vector<testing::Denied> calls;
  while (*words != nullptr && std::string(*words) != "--") calls.push_back(parse(*words++));
  if (*words == nullptr || *++words == nullptr) throw Error("a command is missing, behind --");
  testing::deny_calls(calls);
  ::execvp(*words, words);
  throw SysError(errno, fmt::format("execvp({})", quoted(*words)));
}

}  // namespace

int main(int, char** argv) {
  try {
    run(argv + 1);
  } catch (const Error& error) {
    fmt::print(stderr, "without: {}\n", error.what());
  }
  return 125;
}
