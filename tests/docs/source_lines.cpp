#include "tests/docs/source_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <optional>
#include <sstream>

#include "common/os/error.hpp"

namespace lockstep::docs {
namespace {

using Lines = std::vector<std::string>;

size_t margin_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool is_comment(std::string_view line) { return line.substr(margin_of(line)).starts_with("//"); }

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether `name` stands in this line where a definition or a declaration has it: behind a type,
/// and not in an expression. "  void inside(Handshake&) override {", "constexpr size_t kLongest =
/// 64;"
bool may_define(std::string_view line, std::string_view name) {
  const size_t margin = margin_of(line);
  const size_t at = line.find(name);
  if (at == std::string_view::npos || at == margin || is_comment(line)) return false;
  const size_t end = at + name.size();
  if (is_name(line[at - 1]) || (end < line.size() && is_name(line[end]))) return false;
  const std::string_view before = line.substr(margin, at - margin);
  if (before.find_first_of("(=\".!;{+|?") != std::string_view::npos) return false;
  const std::string_view first = before.substr(0, before.find(' '));
  if (first.size() == before.size()) return false;  // no type
  for (const char* word : {"return", "throw", "case", "using", "else", "explicit"}) {
    if (first == word) return false;
  }
  return before.back() == ' ' || before.back() == ':' || before.back() == '*' ||
         before.back() == '&';
}

/// The last line of the definition that begins at `first`; nothing if it only declares.
std::optional<size_t> end_of(const Lines& source, size_t first) {
  bool braces = false;
  for (size_t i = first; i < source.size(); ++i) {
    const std::string line = source[i].substr(0, source[i].find("  //"));
    const bool assigned = i == first && line.find(" = ") != std::string::npos;
    if (!braces && line.ends_with(';') && line.find('{') == std::string::npos) {
      return assigned ? std::optional(i) : std::nullopt;
    }
    if (i > first && braces && margin_of(line) == margin_of(source[first]) &&
        line[margin_of(line)] == '}')
      return i;
    if (!braces && line.find('{') != std::string::npos) {
      braces = true;
      if (line.ends_with('}') || line.ends_with("};")) return i;  // all in one line
    }
  }
  return std::nullopt;
}

Lines at_the_margin(const Lines& source, size_t first, size_t last) {
  size_t margin = margin_of(source[first]);
  Lines out;
  for (size_t i = first; i <= last; ++i) {
    out.push_back(source[i].substr(std::min(margin, margin_of(source[i]))));
  }
  return out;
}

std::string read_whole(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw Error(fmt::format("there is no {}", path));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

Lines definition(const Lines& source, std::string_view name) {
  std::optional<Lines> found;
  for (size_t i = 0; i < source.size(); ++i) {
    if (!may_define(source[i], name)) continue;
    const auto last = end_of(source, i);
    if (!last) continue;
    if (found) throw Error(fmt::format("{} is defined more than once", name));
    size_t first = i;
    while (first > 0 && is_comment(source[first - 1])) --first;
    found = at_the_margin(source, first, *last);
  }
  if (!found) throw Error(fmt::format("{} is not defined there", name));
  return *found;
}

Lines opening_comment(const Lines& source) {
  const auto end = std::find_if_not(source.begin(), source.end(), is_comment);
  if (end == source.begin()) throw Error("it doesn't open with a comment");
  return {source.begin(), end};
}

Lines lines_for(const Inclusion& inclusion, const std::string& source_folder) {
  const Lines source = lines_of(read_whole(source_folder + "/" + inclusion.file));
  if (inclusion.names.empty()) return opening_comment(source);
  Lines out;
  for (const std::string& name : inclusion.names) {
    const Lines lines = definition(source, name);
    if (!out.empty()) out.emplace_back();
    out.insert(out.end(), lines.begin(), lines.end());
  }
  return out;
}

std::string updated(const Page& page, std::string_view text, const std::string& source_folder) {
  Lines lines = lines_of(text);
  // From the bottom up, so that the numbers of the lines above stay true.
  for (auto inclusion = page.inclusions.rbegin(); inclusion != page.inclusions.rend();
       ++inclusion) {
    const Lines fresh = lines_for(*inclusion, source_folder);
    const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(inclusion->opened);
    const auto after =
        lines.erase(begin, begin + static_cast<std::ptrdiff_t>(inclusion->body.size()));
    lines.insert(after, fresh.begin(), fresh.end());
  }
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

}  // namespace lockstep::docs
