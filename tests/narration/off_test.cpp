// While it is off, narration costs nothing: not one system call.

#include <fstream>
#include <map>
#include <set>

#include "common/os/error.hpp"
#include "tests/narration/sandbox.hpp"
#include "tests/support/doctest.hpp"

using namespace lockstep;
using namespace lockstep::narration;
using Words = std::vector<std::string>;

namespace {

/// How often each call was made, by all processes of a run.
struct Record {
  std::map<std::string, int> calls;
  int to_standard_error = 0;
  int told = 0;  // lines of narration
  int status = 0;
};

Record record(const Sandbox& sandbox, const Words& words) {
  const std::string path = sandbox / "trace/record";
  Words command = {"/usr/bin/env", "strace", "-f", "-q", "-o", path};
  command.insert(command.end(), words.begin(), words.end());
  const Outcome outcome = sandbox.run(command);
  Record record;
  record.status = outcome.status;
  for (const char c : outcome.err) record.told += c == '\n' ? 1 : 0;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const size_t begin = line.find_first_not_of("0123456789 ");
    const std::string call = line.substr(begin, line.find('(') - begin);
    if (line.find("resumed>") != std::string::npos || call.find_first_of("+-") == 0) continue;
    ++record.calls[call];
    const bool to_error = call == "write" && line.find("write(2, ") != std::string::npos;
    record.to_standard_error += to_error ? 1 : 0;
  }
  return record;
}

/// The calls by which two runs differ: "umask +1".
std::string difference(const Record& off, const Record& on, const std::set<std::string>& allowed) {
  std::set<std::string> names;
  for (const Record* record : {&off, &on}) {
    for (const auto& [name, count] : record->calls) names.insert(name);
  }
  std::string out;
  const auto count = [](const Record& record, const std::string& name) {
    const auto found = record.calls.find(name);
    return found == record.calls.end() ? 0 : found->second;
  };
  for (const std::string& name : names) {
    const int more = count(on, name) - count(off, name);
    if (more != 0 && allowed.count(name) == 0) out += fmt::format("{} {:+} ", name, more);
  }
  return out;
}

}  // namespace

TEST_CASE("narration: off, a run makes the very same calls, less those that tell") {
  const std::string reason = why_not(User::kRoot);
  if (!reason.empty()) SKIP(reason);
  const Sandbox sandbox;
  const Words options = {"--root", sandbox.state(), "run", "--rootfs", sandbox.rootfs(), "--id",
                         "x",      "--hostname",    "box", "true"};
  Words off_words = {sandbox.step("step03")};
  off_words.insert(off_words.end(), options.begin(), options.end());
  Words on_words = off_words;
  on_words.insert(on_words.begin() + 1, "--explain=json");
  const Record off = record(sandbox, off_words);
  const Record again = record(sandbox, off_words);
  const Record on = record(sandbox, on_words);
  CHECK(off.status == 0);
  CHECK(on.status == 0);
  CHECK(off.told == 0);
  CHECK(off.to_standard_error == 0);
  // Who is woken first decides how often somebody has to wait.
  const std::set<std::string> by_chance = {"poll", "restart_syscall"};
  CHECK(difference(off, again, by_chance) == "");
  CHECK(on.told > 40);
  // Telling writes lines, into memory first; asks for namespaces and for the own number; holds on
  // to standard error; doesn't mind if nobody reads; and lets a child wait until its birth has been
  // told.
  std::set<std::string> telling = by_chance;
  telling.insert({"write", "readlink", "brk", "mmap", "munmap", "mremap", "fcntl", "rt_sigaction",
                  "pipe2", "read", "close"});
  CHECK(difference(off, on, telling) == "");
  CHECK(on.calls.at("write") - off.calls.at("write") == on.told);
  CHECK(on.calls.at("fcntl") - off.calls.at("fcntl") == 1);
}
