#include "tests/docs/check.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "common/os/error.hpp"
#include "common/os/fd.hpp"
#include "tests/docs/match.hpp"
#include "tests/docs/sandbox.hpp"
#include "tests/docs/source_lines.hpp"

namespace fs = std::filesystem;

namespace lockstep::docs {
namespace {

constexpr int kSkipped = 77;  // ctest's SKIP_RETURN_CODE

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw Error(fmt::format("there is no {}", file.string()));
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What a sandbox tells of its page through a pipe. The words it prints itself.
struct Counts {
  size_t blocks = 0;
  size_t commands = 0;
  size_t skipped = 0;
  size_t failures = 0;
};

}  // namespace

std::vector<fs::path> all_pages(const Places& places) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(places.source / "docs")) {
    if (entry.path().extension() == ".md") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  const fs::path readme = places.source / "README.md";
  if (fs::exists(readme)) files.insert(files.begin(), readme);
  return files;
}

Check::Check(Places places, const std::vector<fs::path>& files) : places_(std::move(places)) {
  for (const fs::path& file : files) {
    const std::string name = fs::weakly_canonical(file).lexically_relative(places_.source);
    if (name.starts_with(".."))
      throw Error(fmt::format("{} is not below {}", name, places_.source.string()));
    std::string text = text_of(file);
    Page page = read_page(name, text);
    pages_.emplace_back(std::move(page), std::move(text));
  }
}

void Check::fail(const Page& page, size_t line, const std::string& text) {
  fmt::print("FAILED {}:{}: {}\n", page.name, line, text);
  ++failures_;
}

void Check::check_page(const Page& page) {
  for (const Problem& problem : page.problems) fail(page, problem.line, problem.text);
  const bool is_to_be_tried = page.name == "README.md" || page.name.starts_with("docs/lessons/");
  if (is_to_be_tried && page.blocks.empty()) fail(page, 1, "this page has no console block");
}

void Check::check_inclusion(const Page& page, const Inclusion& inclusion) try {
  const std::vector<std::string> fresh = lines_for(inclusion, places_.source);
  std::vector<std::string> body;
  for (const Line& line : inclusion.body) body.push_back(line.text);
  if (body == fresh) return;
  fail(
      page, inclusion.line,
      fmt::format(
          "not the lines of {} (- the page, + the source); `docs-check update` takes them over\n{}",
          inclusion.file, difference(body, fresh, std::equal_to<std::string>())));
} catch (const Error& error) {
  fail(page, inclusion.line, fmt::format("{}: {}", inclusion.file, error.what()));
}

int Check::lines() {
  size_t count = 0;
  for (const auto& [page, text] : pages_) {
    check_page(page);
    for (const Inclusion& inclusion : page.inclusions) check_inclusion(page, inclusion);
    count += page.inclusions.size();
  }
  fmt::print("docs: {} blocks of source lines in {} pages, {} failures\n", count, pages_.size(),
             failures_);
  return failures_ == 0 ? 0 : 1;
}

int Check::update() {
  for (const auto& [page, text] : pages_) {
    if (page.inclusions.empty()) continue;
    const std::string fresh = updated(page, text, places_.source);
    if (fresh == text) continue;
    std::ofstream(places_.source / page.name) << fresh;
    fmt::print("{}: written anew\n", page.name);
  }
  return 0;
}

void Check::print_findings(const Page& page, const Report& report) {
  fmt::print("{}: {} blocks, {} commands\n", page.name, report.blocks_run, report.commands_run);
  for (const Finding& skip : report.skipped) {
    fmt::print("  skipped {}:{}: {}\n", page.name, skip.line, skip.text);
  }
  for (const Finding& failure : report.failures) fail(page, failure.line, failure.text);
}

void Check::run_in_sandbox(const Page& page, std::chrono::milliseconds limit) {
  Pipe pipe = Pipe::make();
  const int status = in_sandbox({places_.source, places_.build}, [&] {
    const Report report = run_page(page, places_.source, limit);
    print_findings(page, report);
    const Counts counts{report.blocks_run, report.commands_run, report.skipped.size(),
                        report.failures.size()};
    return ::write(pipe.write_end.get(), &counts, sizeof counts) == sizeof counts ? 0 : 1;
  });
  pipe.write_end.reset();
  Counts counts;
  if (::read(pipe.read_end.get(), &counts, sizeof counts) != sizeof counts || status != 0) {
    return fail(page, 1, "the page was not run to its end: see above");
  }
  ++pages_run_;
  blocks_ += counts.blocks;
  commands_ += counts.commands;
  skipped_ += counts.skipped;
  failures_ += counts.failures;
}

int Check::run(std::chrono::milliseconds limit) {
  const std::string why = no_sandbox_because();
  if (!why.empty()) {
    fmt::print("skipped: {}\n", why);
    return kSkipped;
  }
  for (const auto& [page, text] : pages_) {
    check_page(page);
    if (!page.blocks.empty()) run_in_sandbox(page, limit);
  }
  fmt::print("docs: {} blocks with {} commands ran in {} pages, {} were skipped; {} failures\n",
             blocks_, commands_, pages_run_, skipped_, failures_);
  if (blocks_ == 0) fmt::print("FAILED: not one block was run\n");
  return failures_ == 0 && blocks_ > 0 ? 0 : 1;
}

}  // namespace lockstep::docs
