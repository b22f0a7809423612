#include "tests/lessons/outcome.hpp"

#include <sstream>

#include "common/os/error.hpp"
#include "tests/lessons/check.hpp"

namespace lockstep::lessons {
namespace {

/// The start of a text, for a line that a person reads.
std::string shown(const std::string& text) {
  constexpr size_t kMost = 300;
  return text.size() <= kMost ? quoted(text) : quoted(text.substr(0, kMost)) + "…";
}

}  // namespace

std::string Outcome::seen() const {
  std::string sentence = out.empty() ? "it printed nothing" : "it printed " + shown(out);
  if (!err.empty()) sentence += ", wrote " + shown(err) + " to standard error";
  if (!status) return sentence + ", and did not end";
  return sentence + fmt::format(", and exited with {}", *status);
}

const Outcome& Outcome::expect(bool holds, const std::string& expected) const {
  if (!holds) throw Mismatch(command, expected, seen());
  return *this;
}

const Outcome& Outcome::exits(int code) const {
  return expect(status == code, fmt::format("exit status {}", code));
}

const Outcome& Outcome::prints(const std::string& text) const {
  const std::string expected = text.empty() ? "it prints nothing" : "it prints " + quoted(text);
  return expect(status == 0 && out == text, expected + " and exits with 0");
}

const Outcome& Outcome::mentions(const std::string& text) const {
  return expect(status && (contains(out, text) || contains(err, text)),
                quoted(text) + " in what it says");
}

const Outcome& Outcome::refuses(const std::string& what) const {
  const bool why = !err.empty() && contains(err, what);
  return expect(status && *status != 0 && out.empty() && why,
                what.empty()
                    ? "an error on standard error, and a status other than 0"
                    : "an error that names " + quoted(what) + ", and a status other than 0");
}

const Outcome& Outcome::meets_read_only() const {
  return expect(status && *status != 0 && contains(err, "Read-only file system"),
                "Read-only file system");
}

std::string as_typed(const std::vector<std::string>& words) {
  constexpr const char* kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-./:=,@%";
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace lockstep::lessons
