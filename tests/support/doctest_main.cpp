// The main() of every doctest program here. Two things differ from doctest's own: a filter that
// matches no test case fails instead of passing in silence, and a skipped case shows.

#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>

#include "tests/support/doctest.hpp"

namespace lockstep::testing {
namespace {

constexpr int kSkipped = 77;  // ctest's SKIP_RETURN_CODE, see tests/CMakeLists.txt

unsigned cases_run = 0;
unsigned cases_skipped = 0;

/// Only counts; doctest's own reporter prints.
struct Counter : doctest::IReporter {
  explicit Counter(const doctest::ContextOptions&) {}
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& stats) override {
    cases_run = stats.numTestCasesPassingFilters;
  }
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

REGISTER_LISTENER("counter", 1, Counter);

}  // namespace

void note_skip(const std::string& reason) {
  ++cases_skipped;
  std::printf("skipped: %s\n", reason.c_str());
}

int run(int argc, char** argv) {
  doctest::Context context(argc, argv);
  const int result = context.run();
  if (context.shouldExit() || result != 0) return result;  // --list-test-cases, or a failure
  if (cases_run == 0) {
    std::printf("error: no test case has that name\n");
    return 1;
  }
  return cases_skipped == cases_run ? kSkipped : 0;
}

}  // namespace lockstep::testing

int main(int argc, char** argv) { return lockstep::testing::run(argc, argv); }
