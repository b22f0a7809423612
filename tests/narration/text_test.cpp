// What a person reads: --explain, --explain=all and --step, held against --explain=json of the same
// command.

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/os/error.hpp"
#include "tests/narration/pty.hpp"
#include "tests/narration/sandbox.hpp"
#include "tests/support/doctest.hpp"

using namespace lockstep;
using namespace lockstep::narration;
using testing::text;
using Words = std::vector<std::string>;

namespace {

struct Told {
  std::string side;
  std::string lesson;
  std::string call;
};

struct Account {
  std::vector<Told> calls;                                     // in full
  std::map<std::pair<std::string, std::string>, int> counted;  // by side and lesson
};

/// Descriptors and PIDs aside, which differ from run to run.
std::string without_numbers(std::string call) {
  call.resize(std::min(call.size(), call.find(" = ")));
  for (const char* before : {"PID ", "/proc/"}) {
    const size_t at = call.find(before);
    if (at == std::string::npos) continue;
    const size_t digits = at + std::string(before).size();
    const size_t end = std::min(call.find_first_not_of("0123456789", digits), call.size());
    call.erase(digits, end - digits);
  }
  return call;
}

Account from_json(const std::string& lines) {
  Account account;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("call")) continue;
    account.calls.push_back({json.at("side"), json.at("lesson"), without_numbers(json.at("text"))});
  }
  return account;
}

bool is_lesson(const std::string& word) {
  return word.size() > 3 && word[2] == '-' && std::isdigit(word[0]) != 0 &&
         std::isdigit(word[1]) != 0;
}

/// Lines like `container 03-mount  chdir("/") = 0` and `host      02-pid: 3 calls`.
Account from_text(const std::string& lines) {
  Account account;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    Told told;
    words >> told.side >> told.lesson;
    if (!is_lesson(told.lesson)) continue;
    if (told.lesson.back() == ':') {
      told.lesson.pop_back();
      int count = 0;
      words >> count;
      account.counted[{told.side, told.lesson}] += count;
      continue;
    }
    std::getline(words >> std::ws, told.call);
    told.call = without_numbers(told.call);
    account.calls.push_back(told);
  }
  return account;
}

/// As --explain shows it: calls of `lesson` in full, those of the others counted.
Account shortened(const Account& whole, const std::string& lesson) {
  Account account;
  for (const Told& told : whole.calls) {
    if (told.lesson == lesson) {
      account.calls.push_back(told);
    } else {
      ++account.counted[{told.side, told.lesson}];
    }
  }
  return account;
}

/// What each side tells, in its order; between the two sides the order is not theirs to choose.
std::string of(const std::string& side, const Account& account) {
  std::string calls;
  for (const Told& told : account.calls) {
    if (told.side == side) calls += told.lesson + " " + told.call + "\n";
  }
  return calls;
}

void check_same(const Account& read, const Account& expected) {
  for (const char* side : {"host", "container"}) CHECK(of(side, read) == of(side, expected));
  CHECK(read.calls.size() == expected.calls.size());
  CHECK(read.counted == expected.counted);
}

class Explained {
 public:
  Outcome operator()(const std::string& step, const std::string& how, const Words& words) const {
    return sandbox_.run(command(step, how, words));
  }
  Words command(const std::string& step, const std::string& how, const Words& words) const {
    Words command = {sandbox_.step(step)};
    if (!how.empty()) command.push_back(how);
    command.insert(command.end(), {"--root", sandbox_.state()});
    command.insert(command.end(), words.begin(), words.end());
    return command;
  }
  Words in_rootfs(const Words& command) const {
    Words words = {"run", "--rootfs", sandbox_.rootfs(), "--hostname", "box", "--id", "x"};
    words.insert(words.end(), command.begin(), command.end());
    return words;
  }

 private:
  Sandbox sandbox_;
};

#define NEEDS_ROOT()                                 \
  do {                                               \
    const std::string reason = why_not(User::kRoot); \
    if (!reason.empty()) SKIP(reason);               \
  } while (false)

/// Every form of one command against its JSON.
void check_forms(const Explained& explained, const std::string& step, const std::string& lesson,
                 const Words& words) {
  const Account whole = from_json(explained(step, "--explain=json", words).err);
  REQUIRE(!whole.calls.empty());
  check_same(from_text(explained(step, "--explain=all", words).err), whole);
  check_same(from_text(explained(step, "--explain", words).err), shortened(whole, lesson));
}

}  // namespace

TEST_CASE("narration: --explain shows this lesson's calls and counts the earlier ones'") {
  NEEDS_ROOT();
  const Explained explained;
  check_forms(explained, "step01", "01-uts", {"run", "--hostname", "box", "true"});
  check_forms(explained, "step02", "02-pid", {"run", "--hostname", "box", "--id", "x", "true"});
  check_forms(explained, "step03", "03-mount", explained.in_rootfs({"true"}));
}

TEST_CASE("narration: --explain's counts are right for exec, and for what fails inside") {
  NEEDS_ROOT();
  const Explained explained;
  check_forms(explained, "step03", "03-mount", explained.in_rootfs({"/no/such/program"}));
  check_forms(explained, "step03", "03-mount", explained.in_rootfs({"broken"}));
}

TEST_CASE("narration: exec from another step counts the lesson that teaches it") {
  NEEDS_ROOT();
  const Explained explained;
  Words start = explained.in_rootfs({"sleep", "1000"});
  start.insert(start.begin() + 1, "--detach");
  REQUIRE(explained("step03", "", start).status == 0);
  check_forms(explained, "step03", "03-mount", {"exec", "x", "true"});
  const std::string told = explained("step03", "--explain", {"exec", "x", "true"}).err;
  CHECK(text(told) == doctest::Contains("container 02-pid: "));
  CHECK(explained("step03", "", {"delete", "--force", "x"}).status == 0);
}

TEST_CASE("narration: each shown call has its reason, and clone what it changed") {
  NEEDS_ROOT();
  const Explained explained;
  const std::string told =
      explained("step01", "--explain", {"run", "--hostname", "box", "true"}).err;
  CHECK(text(told) == doctest::Contains("01-uts  sethostname(\"box\") = 0\n            why: "));
  CHECK(text(told) == doctest::Contains("            changed: uts:["));
  CHECK(text(told) == doctest::Contains("] → uts:["));
}

TEST_CASE("narration: --explain stands before the command or behind it, and knows its own words") {
  NEEDS_ROOT();
  const Explained explained;
  CHECK(!explained("step01", "", {"run", "--explain", "true"}).err.empty());
  const Outcome wrong = explained("step01", "--explain=yaml", {"run", "true"});
  CHECK(wrong.status == 1);
  CHECK(text(wrong.err) == doctest::Contains("--explain: expected all or json, got \"yaml\""));
}

TEST_CASE("narration: --step stops before each shown call, and only there, until Enter") {
  NEEDS_ROOT();
  const Explained explained;
  const Words words = {"run", "--hostname", "box", "--domainname", "lab", "true"};
  const Account whole = from_json(explained("step01", "--explain=json", words).err);
  Pty pty(explained.command("step01", "--step", words));
  for (const Told& told : whole.calls) {
    const std::string shown = pty.read_until("(Enter goes on)");
    CHECK(text(shown) ==
          doctest::Contains(("next: " + told.call.substr(0, told.call.find('('))).c_str()));
    CHECK(pty.is_quiet());  // it waits
    pty.type("\n");
  }
  CHECK(pty.read_to_the_end().find("(Enter goes on)") == std::string::npos);
  CHECK(pty.wait() == 0);
}

TEST_CASE("narration: at a stop the step can be looked at by the number that it names") {
  NEEDS_ROOT();
  const Explained explained;
  Pty pty(explained.command("step02", "--step", {"run", "--hostname", "box", "true"}));
  std::string shown;
  while (shown.find("next: setsid()") == std::string::npos) {  // by then it is PID 1, inside
    shown = pty.read_until("(Enter goes on)");
    if (shown.find("next: setsid()") == std::string::npos) pty.type("\n");
  }
  const size_t at = shown.find("ls -l /proc/") + std::string("ls -l /proc/").size();
  const std::string pid = shown.substr(at, shown.find('/', at) - at);
  CHECK(pid != "1");
  CHECK(command_of(pid) == "step02");
  CHECK(is_child_of(pid, pty.pid()));
  pty.close();
}

TEST_CASE("narration: --step in a rootfs counts the earlier lessons' calls without a stop") {
  NEEDS_ROOT();
  const Explained explained;
  Words words = explained.in_rootfs({"true"});
  words.insert(words.begin() + 1, "--tty=false");
  const Account whole =
      shortened(from_json(explained("step03", "--explain=json", words).err), "03-mount");
  Pty pty(explained.command("step03", "--step", words));
  const std::string shown = pty.answer_all("(Enter goes on)", "\n");
  size_t stops = 0;
  for (size_t at = 0; (at = shown.find("(Enter goes on)", at)) != std::string::npos; ++at) ++stops;
  CHECK(stops == whole.calls.size());
  CHECK(text(shown) == doctest::Contains("01-uts: 1 call"));
  CHECK(shown.find("next: sethostname") == std::string::npos);
  CHECK(pty.wait() == 0);
}
