// How the kernel writes counters.
#include "07-cgroup/counters/parse.hpp"

#include <cstdlib>

#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

constexpr unsigned kMostInASet = 8192;  // as many CPUs as a kernel can be built for

/// "8:0"
std::optional<IoCount> disk(const std::string& text) {
  const auto numbers = split(text, ':');
  if (numbers.size() != 2) return std::nullopt;
  const auto major = parse_number<uint32_t>(numbers[0]);
  const auto minor = parse_number<uint32_t>(numbers[1]);
  if (!major || !minor) return std::nullopt;
  return IoCount{*major, *minor, "", 0};
}

/// The text behind "KEY=" in one of the words; empty if there is none.
std::string value_of(const std::vector<std::string>& words, const std::string& key) {
  for (const std::string& word : words) {
    if (word.starts_with(key + "=")) return word.substr(key.size() + 1);
  }
  return "";
}

Stalls stalls(const std::vector<std::string>& words) {
  const auto share = [&](const char* key) { return std::atof(value_of(words, key).c_str()); };
  return {share("avg10"), share("avg60"), share("avg300"),
          parse_count(value_of(words, "total")).value_or(0)};
}

}  // namespace

std::optional<uint64_t> parse_count(const std::string& text) {
  return text == "max" ? std::optional(kNoLimit) : parse_number<uint64_t>(text);
}

std::map<std::string, uint64_t> parse_counts(const std::string& text) {
  std::map<std::string, uint64_t> counts;
  for (const std::string& line : split(text, '\n')) {
    const auto words = fields(line);
    const auto count = words.size() == 2 ? parse_count(words[1]) : std::nullopt;
    if (count) counts[words[0]] = *count;
  }
  return counts;
}

std::vector<unsigned> parse_set(const std::string& text) {
  std::vector<unsigned> all;
  for (const std::string& range : split(text, ',')) {
    const auto ends = split(range, '-');
    const auto first = parse_number<unsigned>(ends.front());
    const auto last = parse_number<unsigned>(ends.back());
    if (ends.size() > 2 || !first || !last) continue;
    for (unsigned i = *first; i <= *last && all.size() < kMostInASet; ++i) all.push_back(i);
  }
  return all;
}

std::vector<IoCount> parse_io_v1(const std::string& text) {
  std::vector<IoCount> all;
  for (const std::string& line : split(text, '\n')) {
    const auto words = fields(line);
    auto count = words.size() == 3 && words[1] != "Total" ? disk(words[0]) : std::nullopt;
    const auto value = count ? parse_count(words[2]) : std::nullopt;
    if (!value) continue;
    count->operation = words[1];
    count->value = *value;
    all.push_back(*count);
  }
  return all;
}

std::vector<IoCount> parse_io_v2(const std::string& text, const std::string& read,
                                 const std::string& write) {
  std::vector<IoCount> all;
  for (const std::string& line : split(text, '\n')) {
    const auto words = fields(line);
    auto count = words.empty() ? std::nullopt : disk(words[0]);
    if (!count) continue;
    for (const bool reads : {true, false}) {
      const auto value = parse_count(value_of(words, reads ? read : write));
      if (!value) continue;
      count->operation = reads ? "Read" : "Write";
      count->value = *value;
      all.push_back(*count);
    }
  }
  return all;
}

Pressure parse_pressure(const std::string& text) {
  Pressure pressure;
  for (const std::string& line : split(text, '\n')) {
    const auto words = fields(line);
    if (words.empty()) continue;
    if (words[0] == "some") pressure.some = stalls(words);
    if (words[0] == "full") pressure.full = stalls(words);
  }
  return pressure;
}

std::vector<Interface> parse_interfaces(const std::string& text) {
  constexpr size_t kFirstSent =
      8;  // eight numbers of what came in are before those of what went out
  std::vector<Interface> all;
  for (const std::string& line : split(text, '\n')) {
    const size_t colon = line.rfind(':');  // an alias of old has one in its name
    if (colon == std::string::npos) continue;
    const auto name = fields(line.substr(0, colon));
    const auto words = fields(line.substr(colon + 1));
    if (name.size() != 1 || name[0] == "lo" || words.size() < 2 * kFirstSent) continue;
    const auto at = [&](size_t i) { return parse_count(words[i]).value_or(0); };
    all.push_back({name[0], at(0), at(1), at(2), at(3), at(kFirstSent), at(kFirstSent + 1),
                   at(kFirstSent + 2), at(kFirstSent + 3)});
  }
  return all;
}

std::optional<uint64_t> count_in(const Folder& folder, const std::string& file) {
  return parse_count(folder.read(file).value_or(""));
}

std::map<std::string, uint64_t> counts_in(const Folder& folder, const std::string& file) {
  return parse_counts(folder.read(file).value_or(""));
}

std::vector<uint64_t> row_in(const Folder& folder, const std::string& file) {
  std::vector<uint64_t> row;
  for (const std::string& word : fields(folder.read(file).value_or(""))) {
    if (const auto count = parse_count(word)) row.push_back(*count);
  }
  return row;
}

std::optional<Pressure> pressure_in(const Folders& folders, const std::string& file) {
  const Folder* const v2 = folders.v2();
  if (v2 == nullptr) return std::nullopt;
  try {
    const auto text = v2->read(file);
    return text ? std::optional(parse_pressure(*text)) : std::nullopt;
  } catch (const SysError& error) {
    if (error.code() != EOPNOTSUPP) throw;  // booted with psi=0
    return std::nullopt;
  }
}

uint64_t of(const std::map<std::string, uint64_t>& counts, const std::string& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace lockstep::cgroup
