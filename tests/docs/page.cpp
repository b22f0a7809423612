#include "tests/docs/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

#include "tests/docs/typed.hpp"

namespace lockstep::docs {
namespace {

std::string_view without(std::string_view text, std::string_view prefix, std::string_view suffix) {
  if (text.size() < prefix.size() + suffix.size() || !text.starts_with(prefix) ||
      !text.ends_with(suffix)) {
    return {};
  }
  text.remove_prefix(prefix.size());
  text.remove_suffix(suffix.size());
  return text;
}

std::string_view trimmed_left(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// "```console": three or more backticks, then what the block is. Another kind of block shows
/// Markdown in four, so the closing fence must have as many.
struct Fence {
  size_t indent = 0;
  size_t ticks = 0;
  std::string language;
};

std::optional<Fence> fence_of(std::string_view line) {
  Fence fence;
  const std::string_view text = trimmed_left(line);
  fence.indent = line.size() - text.size();
  fence.ticks = std::min(text.find_first_not_of('`'), text.size());
  if (fence.ticks < 3) return std::nullopt;
  fence.language = text.substr(fence.ticks);
  return fence;
}

/// Reads one page from top to bottom; a marker belongs to the block below it.
class Reader {
 public:
  Reader(const std::string& name, std::string_view text) : lines_(lines_of(text)) {
    page_.name = name;
  }

  Page read() {
    for (at_ = 0; at_ < lines_.size(); ++at_) {
      if (const auto fence = fence_of(lines_[at_])) {
        read_fenced(*fence);
      } else {
        read_prose(trimmed_left(lines_[at_]));
      }
    }
    nothing_pending();
    return std::move(page_);
  }

 private:
  size_t number() const { return at_ + 1; }
  void problem(size_t line, std::string text) { page_.problems.push_back({line, std::move(text)}); }

  void nothing_pending() {
    if (!marker_.text.empty()) problem(marker_.number, "no block follows this marker");
    marker_ = {};
  }

  void read_prose(std::string_view line) {
    if (line.empty()) return;
    nothing_pending();
    if (line.starts_with("<!-- docs:") || line.starts_with("<!-- include:")) {
      marker_ = {number(), std::string(line)};
    }
  }

  std::vector<Line> body(const Fence& fence) {
    const size_t opened = number();
    std::vector<Line> body;
    while (++at_ < lines_.size()) {
      const std::string_view line = lines_[at_];
      const auto end = fence_of(line);
      if (end && end->language.empty() && end->ticks >= fence.ticks) return body;
      const size_t indent = std::min(line.size() - trimmed_left(line).size(), fence.indent);
      body.push_back({number(), std::string(line.substr(indent))});
    }
    problem(opened, "this block is never closed");
    return body;
  }

  void read_fenced(const Fence& fence) {
    const size_t line = number();
    const Line marker = std::exchange(marker_, {});
    std::vector<Line> text = body(fence);
    if (marker.text.starts_with("<!-- include:")) {
      read_inclusion(line, marker, std::move(text));
    } else if (fence.language == "console") {
      read_console(line, marker, text);
    } else if (!marker.text.empty()) {
      problem(marker.number, "this marker is for a console block");
    } else if (fence.language == "sh" || fence.language == "bash" || fence.language == "shell") {
      read_untested(line);
    }
  }

  void read_untested(size_t line) {
    if (page_.name != "README.md" && !page_.name.starts_with("docs/lessons/")) return;
    problem(line, "nobody tests this block: here commands stand in console blocks, after \"$ \"");
  }

  void read_inclusion(size_t line, const Line& marker, std::vector<Line> text) {
    std::vector<std::string> words = words_of(without(marker.text, "<!-- include:", "-->"));
    if (words.empty()) return problem(marker.number, "expected <!-- include: FILE [NAME…] -->");
    page_.inclusions.push_back(
        {marker.number, line, words[0], {words.begin() + 1, words.end()}, std::move(text)});
  }

  void read_marker(const Line& marker, Block& block) {
    const std::vector<std::string> words = words_of(without(marker.text, "<!-- docs:", "-->"));
    if (words.size() == 1 && words[0] == "user") {
      block.terminal = "user";
    } else if (words.size() == 2 && words[0] == "session" && words[1] != "user") {
      block.terminal = words[1];
    } else if (words.size() > 1 && words[0] == "skip") {
      block.skipped = fmt::format("{}", fmt::join(words.begin() + 1, words.end(), " "));
    } else {
      problem(marker.number, "expected docs: user, docs: session NAME or docs: skip REASON");
    }
  }

  void read_console(size_t line, const Line& marker, const std::vector<Line>& text) {
    Block block;
    block.line = line;
    if (!marker.text.empty()) read_marker(marker, block);
    for (const Line& shown : text) {
      if (shown.text.starts_with("$ ")) {
        block.commands.push_back({{shown.number, shown.text.substr(2)}, {}});
      } else {
        (block.commands.empty() ? block.continued : block.commands.back().shown).push_back(shown);
      }
    }
    const bool types =
        std::any_of(block.continued.begin(), block.continued.end(), [](const Line& l) {
          return !inner_prompt(l.text).empty() || !keys(l.text).empty() || l.text.ends_with(kEnter);
        });
    if (block.commands.empty() && !types)
      return problem(line, "no line of this block begins with \"$ \"");
    page_.blocks.push_back(std::move(block));
  }

  std::vector<std::string> lines_;
  size_t at_ = 0;
  Line marker_;
  Page page_;
};

}  // namespace

size_t Page::commands() const {
  size_t count = 0;
  for (const Block& block : blocks) count += block.commands.size();
  return count;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Page read_page(const std::string& name, std::string_view text) { return Reader(name, text).read(); }

}  // namespace lockstep::docs
