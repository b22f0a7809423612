#include "rootfs-fetch/changes.hpp"

#include <algorithm>

#include "common/os/error.hpp"
#include "common/os/text.hpp"
#include "common/os/words.hpp"

namespace lockstep::fetch {
namespace {

using images::ImageConfig;
using Words = std::vector<std::string>;

/// One line, as "NAME rest".
struct Line {
  std::string text;
  std::string name;  // in capitals
  std::string rest;

  explicit Line(std::string whole) : text(std::move(whole)) {
    constexpr const char* kBlank = " \t";
    const size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
    const size_t end = std::min(text.find_first_of(kBlank, begin), text.size());
    name = text.substr(begin, end - begin);
    for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const size_t value = text.find_first_not_of(kBlank, end);
    if (value != std::string::npos) rest = text.substr(value);
    while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\t')) rest.pop_back();
  }

  [[noreturn]] void fail(const std::string& what, const std::string& hint = "") const {
    throw Error(fmt::format("--change {}: {}", quoted(text), what), hint);
  }
};

/// As a shell splits words: quotes keep blanks, a backslash keeps what follows it.
Words split_words(const Line& line) {
  Words out;
  bool inside = false;  // a word has begun
  char quote = 0;
  for (size_t i = 0; i < line.rest.size(); ++i) {
    const char c = line.rest[i];
    if (quote == 0 && (c == ' ' || c == '\t')) {
      inside = false;
      continue;
    }
    if (!inside) out.emplace_back();
    inside = true;
    if (c == '\\' && quote != '\'' && i + 1 < line.rest.size()) {
      out.back() += line.rest[++i];
    } else if (c == quote || (quote == 0 && (c == '"' || c == '\''))) {
      quote = quote == 0 ? c : '\0';
    } else {
      out.back() += c;
    }
  }
  if (quote != 0) line.fail(fmt::format("the {} is not closed", quote));
  return out;
}

bool is_array(const Line& line) { return line.rest.starts_with('[') && line.rest.ends_with(']'); }

Words array_of(const Line& line) {
  try {
    return images::read_texts(line.rest, "the list");
  } catch (const Error& error) {
    line.fail(error.what(), "in double quotes, with commas: [\"httpd\", \"-f\"]");
  }
}

/// A program's words: given one by one, or a shell's line.
Words command_of(const Line& line) {
  return is_array(line) ? array_of(line) : Words{"/bin/sh", "-c", line.rest};
}

Words list_of(const Line& line) { return is_array(line) ? array_of(line) : split_words(line); }

/// `A=1 B="x y"`, or `A the rest`.
std::vector<std::pair<std::string, std::string>> pairs_of(const Line& line) {
  const Words given = split_words(line);
  if (given[0].find('=') == std::string::npos) {
    const size_t blank = line.rest.find_first_of(" \t");
    if (blank == std::string::npos) line.fail("expected NAME=VALUE");
    return {{given[0], line.rest.substr(line.rest.find_first_not_of(" \t", blank))}};
  }
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string& word : given) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) line.fail("expected NAME=VALUE");
    out.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return out;
}

void insert(Words& into, const std::string& value) {
  if (std::find(into.begin(), into.end(), value) == into.end()) into.push_back(value);
}

void set_environment(ImageConfig& config, const Line& line) {
  for (const auto& [name, value] : pairs_of(line)) {
    const std::string start = name + "=";
    const auto there = std::find_if(config.env.begin(), config.env.end(),
                                    [&](const auto& other) { return other.starts_with(start); });
    if (there == config.env.end()) {
      config.env.push_back(start + value);
    } else {
      *there = start + value;
    }
  }
}

void expose(ImageConfig& config, const Line& line) {
  for (const std::string& word : split_words(line)) {
    const size_t slash = std::min(word.find('/'), word.size());
    const std::string protocol = slash == word.size() ? "tcp" : word.substr(slash + 1);
    const auto port = parse_number<unsigned>(word.substr(0, slash));
    if (!port || *port < 1 || *port > 65535 ||
        (protocol != "tcp" && protocol != "udp" && protocol != "sctp")) {
      line.fail(fmt::format("expected PORT[/tcp|udp|sctp], got {}", quoted(word)));
    }
    insert(config.exposed_ports, fmt::format("{}/{}", *port, protocol));
  }
}

void change_folder(ImageConfig& config, const Line& line) {
  const bool absolute = line.rest.starts_with('/');
  const std::string& before = config.working_dir;
  config.working_dir =
      absolute ? line.rest : before + (before.ends_with('/') ? "" : "/") + line.rest;
}

void apply(ImageConfig& config, const Line& line, bool has_command) {
  if (line.name == "CMD") {
    config.cmd = command_of(line);
  } else if (line.name == "ENTRYPOINT") {
    config.entrypoint = command_of(line);
    if (!has_command) config.cmd.clear();
  } else if (line.name == "ENV") {
    set_environment(config, line);
  } else if (line.name == "LABEL") {
    for (const auto& [name, value] : pairs_of(line)) config.labels[name] = value;
  } else if (line.name == "EXPOSE") {
    expose(config, line);
  } else if (line.name == "VOLUME") {
    for (const std::string& folder : list_of(line)) insert(config.volumes, folder);
  } else if (line.name == "WORKDIR") {
    change_folder(config, line);
  } else if (line.name == "USER") {
    config.user = line.rest;
  } else if (line.name == "STOPSIGNAL") {
    if (!words::signal_number(line.rest))
      line.fail(fmt::format("{} is no signal", quoted(line.rest)));
    config.stop_signal = line.rest;
  } else {
    line.fail(fmt::format("{} can't be changed", quoted(line.name)),
              "CMD ENTRYPOINT ENV EXPOSE LABEL STOPSIGNAL USER VOLUME WORKDIR can");
  }
}

}  // namespace

void apply_changes(ImageConfig& config, const std::vector<std::string>& lines) {
  std::vector<Line> parsed(lines.begin(), lines.end());
  const bool has_command = std::any_of(parsed.begin(), parsed.end(),
                                       [](const Line& line) { return line.name == "CMD"; });
  for (const Line& line : parsed) {
    if (line.rest.empty()) line.fail("expected a value behind the name");
    apply(config, line, has_command);
  }
}

}  // namespace lockstep::fetch
