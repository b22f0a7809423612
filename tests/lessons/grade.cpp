#include "tests/lessons/grade.hpp"

#include <cstdio>
#include <map>

#include "common/os/error.hpp"
#include "tests/lessons/rootfs.hpp"
#include "tests/lessons/step.hpp"

namespace lockstep::lessons {
namespace {

enum class Verdict : uint8_t { kPassed, kFailed, kNotBuilt, kNotTried, kSkipped };

std::string words(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "passed";
    case Verdict::kFailed:
      return "FAILED";
    case Verdict::kNotBuilt:
      return "not built";
    case Verdict::kNotTried:
      return "not tried";
    case Verdict::kSkipped:
      return "skipped";
  }
  return "";
}

class Grading {
 public:
  Grading(const Request& request, Step& step) : request_(request), step_(step) {}

  int run() {
    fmt::print("{}: {}\n", request_.lesson.name, request_.shown);
    for (const Check& check : request_.lesson.checks) {
      if (!is_asked_for(check)) continue;
      ++counts_[try_out(check)];
      sweep();
      step_.forget_state();
      std::fflush(stdout);
    }
    return summary();
  }

 private:
  bool is_gate(const Check& check) const { return &check == &request_.lesson.checks.front(); }

  /// The first check is tried in any case: the others rely on it.
  bool is_asked_for(const Check& check) const {
    if (is_gate(check)) return true;
    if (request_.scope == Scope::kCore && check.part != Part::kCore) return false;
    return contains(check.claim, request_.only);
  }

  Verdict try_out(const Check& check) {
    for (const std::string& need : check.needs) {
      if (!step_.knows(need)) return report_not_built(check, need);
    }
    if (gate_is_shut_) return Verdict::kNotTried;  // one line for all of them, at the end
    try {
      check.look(step_);
    } catch (const Mismatch& mismatch) {
      gate_is_shut_ = gate_is_shut_ || is_gate(check);
      return report_failure(check, mismatch);
    } catch (const CannotTell& reason) {
      return report(Verdict::kSkipped, check, reason.why);
    }
    return report(Verdict::kPassed, check);
  }

  Verdict report_not_built(const Check& check, const std::string& word) {
    gate_is_shut_ = gate_is_shut_ || is_gate(check);
    const auto& core = request_.lesson.core_words;
    const bool is_core = std::find(core.begin(), core.end(), word) != core.end();
    const bool may_lack = request_.scope == Scope::kCore && !is_core;
    const std::string where = word[0] == '-' ? "run --help" : "--help";
    return report(may_lack ? Verdict::kSkipped : Verdict::kNotBuilt, check,
                  fmt::format("{} doesn't list {}", where, word));
  }

  Verdict report(Verdict verdict, const Check& check, const std::string& why = "") const {
    fmt::print("  {:<10} {}{}\n", words(verdict), check.claim, why.empty() ? "" : " (" + why + ")");
    return verdict;
  }

  Verdict report_failure(const Check& check, const Mismatch& mismatch) const {
    report(Verdict::kFailed, check);
    if (!mismatch.ran.empty()) fmt::print("{:13}ran:      {}\n", "", mismatch.ran);
    fmt::print("{:13}expected: {}\n{:13}seen:     {}\n", "", mismatch.expected, "", mismatch.seen);
    fmt::print("{:13}read:     docs/lessons/{}.md, \"{}\"; {}\n", "", request_.lesson.name,
               check.reading.heading, check.reading.manual);
    return Verdict::kFailed;
  }

  int summary() const {
    if (counts_.count(Verdict::kNotTried) != 0) {
      fmt::print("  {:<10} the others that are built: they rely on the first\n",
                 words(Verdict::kNotTried));
    }
    size_t all = 0;
    std::string parts;
    for (const auto& [verdict, count] : counts_) {
      all += count;
      parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", count, words(verdict));
    }
    fmt::print("{}: {} checks: {}\n", request_.lesson.name, all, parts);
    for (const Verdict bad : {Verdict::kFailed, Verdict::kNotBuilt, Verdict::kNotTried}) {
      if (counts_.count(bad) != 0) return 1;
    }
    return 0;
  }

  const Request& request_;
  Step& step_;
  bool gate_is_shut_ = false;
  std::map<Verdict, size_t> counts_;
};

int grade_in(const Sandbox& sandbox, const Request& request) {
  const std::string rootfs = request.rootfs.empty() ? sandbox.folder + "/rootfs" : request.rootfs;
  Step step(request.path, request.shown, sandbox, rootfs);
  if (!step.knows("--rootfs")) return Grading(request, step).run();
  if (request.rootfs.empty()) make_rootfs(rootfs);
  const Foothold foothold(rootfs);
  return Grading(request, step).run();
}

}  // namespace

int grade(const Request& request) {
  return in_sandbox([&](const Sandbox& sandbox) { return grade_in(sandbox, request); });
}

}  // namespace lockstep::lessons
