#include "common/images/reference.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "common/images/documents.hpp"
#include "common/images/location.hpp"
#include "common/images/reference_grammar.hpp"
#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::images {
namespace {

constexpr std::string_view kDockerIo = "docker.io";
constexpr std::string_view kOfficial = "library/";
constexpr std::string_view kDockerScheme = "docker://";
constexpr std::string_view kLatest = ":latest";
constexpr size_t kLongestRepository = 255;

constexpr std::array<std::pair<std::string_view, Place>, 4> kPlaces = {{
    {"oci:", Place::kLayout},
    {"oci-archive:", Place::kOciArchive},
    {"docker-archive:", Place::kDockerArchive},
    {"dir:", Place::kFolder},
}};

/// What is wrong with a reference, and what would be right.
struct Problem {
  std::string what;
  std::string hint;
};

/// Takes the tag and the digest off the end.
bool take_version(std::string& rest, Reference& out, Problem& problem) {
  if (const size_t at = rest.find('@'); at != std::string::npos) {
    out.digest = rest.substr(at + 1);
    rest.erase(at);
    if (!is_digest(out.digest)) {
      problem = {fmt::format("the digest {}", quoted_briefly(out.digest)),
                 "a digest is sha256: and 64 of 0-9 a-f"};
      return false;
    }
  }
  const size_t slash = rest.rfind('/');
  const size_t colon = rest.find(':', slash == std::string::npos ? 0 : slash);
  if (colon == std::string::npos) {
    if (out.digest.empty()) out.tag = "latest";
    return true;
  }
  const std::string tag = rest.substr(colon + 1);
  rest.erase(colon);
  if (!is_tag(tag)) {
    problem = {fmt::format("the tag {}", quoted_briefly(tag)),
               "a tag has 1 to 128 of A-Z a-z 0-9 _ . -, the first not . or -"};
    return false;
  }
  if (out.digest.empty()) out.tag = tag;
  return true;
}

bool take_registry(std::string& rest, Reference& out, Problem& problem) {
  const size_t slash = rest.find('/');
  const std::string first = rest.substr(0, slash == std::string::npos ? 0 : slash);
  if (!names_registry(first)) {
    out.registry = kDockerIo;
    out.is_short = true;
    return true;
  }
  out.registry = first == "index.docker.io" ? std::string(kDockerIo) : first;
  rest.erase(0, slash + 1);
  if (is_registry(first)) return true;
  problem = {fmt::format("the registry {}", quoted_briefly(first)),
             "a registry is HOST or HOST:PORT, such as localhost:5000"};
  return false;
}

bool read_registry(std::string rest, Reference& out, Problem& problem) {
  if (!take_registry(rest, out, problem) || !take_version(rest, out, problem)) return false;
  for (const std::string& component : split(rest, '/')) {
    if (is_component(component)) continue;
    problem = {component.empty()
                   ? "the repository has an empty part"
                   : fmt::format("the repository's part {}", quoted_briefly(component)),
               "lower-case letters and digits belong there, and between them . _ __ or -"};
    return false;
  }
  const bool official = out.registry == kDockerIo && rest.find('/') == std::string::npos;
  out.repository = (official ? std::string(kOfficial) : "") + rest;
  if (out.repository.size() <= kLongestRepository) return true;
  problem = {fmt::format("the repository has {} characters", out.repository.size()),
             fmt::format("it may have {}", kLongestRepository)};
  return false;
}

bool read_path(const std::string& rest, Reference& out, Problem& problem) {
  // As skopeo has it, the path ends at the first colon.
  const size_t colon = out.place == Place::kFolder ? std::string::npos : rest.find(':');
  out.path = rest.substr(0, colon);
  if (colon != std::string::npos) out.selected = rest.substr(colon + 1);
  if (out.path.empty()) {
    problem = {"the path is missing", "write it behind the colon: oci:DIR, docker-archive:FILE"};
  } else if (out.path.find('\0') != std::string::npos) {
    problem = {"the path holds a NUL", ""};
  } else if (colon != std::string::npos && out.selected.empty()) {
    problem = {"no name behind the last colon", "leave the colon out for the only image in there"};
  }
  return problem.what.empty();
}

bool read_any(const std::string& text, Reference& out, Problem& problem) {
  for (const auto& [prefix, place] : kPlaces) {
    if (!text.starts_with(prefix)) continue;
    out.place = place;
    return read_path(text.substr(prefix.size()), out, problem);
  }
  const bool with_scheme = text.starts_with(kDockerScheme);
  const bool fine =
      read_registry(with_scheme ? text.substr(kDockerScheme.size()) : text, out, problem);
  if (with_scheme) out.is_short = false;  // a registry's, whatever is here
  return fine;
}

std::string last_name_of(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) return "";
  const size_t slash = path.rfind('/', end);
  return path.substr(slash == std::string::npos ? 0 : slash + 1,
                     end - (slash == std::string::npos ? 0 : slash + 1) + 1);
}

std::string with_version(const std::string& repository, const Reference& reference) {
  return repository + (reference.digest.empty() ? ":" + reference.tag : "@" + reference.digest);
}

}  // namespace

std::optional<Reference> Reference::read(const std::string& text) {
  Reference out;
  Problem problem;
  return read_any(text, out, problem) ? std::optional(out) : std::nullopt;
}

Reference Reference::parse(const std::string& text) {
  Reference out;
  Problem problem;
  if (text.empty()) throw Error("an image's name is missing: \"\"");
  if (read_any(text, out, problem)) return out;
  throw Error(fmt::format("the image {}: {}", quoted_briefly(text), problem.what), problem.hint);
}

std::string Reference::name() const {
  if (place == Place::kFolder) return last_name_of(path);
  if (place != Place::kRegistry) {
    const auto inner = read(selected);
    return inner && inner->place == Place::kRegistry && !inner->is_short ? inner->name() : selected;
  }
  if (registry != kDockerIo) return with_version(registry + "/" + repository, *this);
  const size_t official = repository.starts_with(kOfficial) ? kOfficial.size() : 0;
  const std::string rest = repository.substr(official);
  // "library/a/b" is not "a/b".
  return with_version(rest.find('/') == std::string::npos ? rest : repository, *this);
}

std::string Reference::text() const {
  if (place == Place::kRegistry) return with_version(registry + "/" + repository, *this);
  for (const auto& [prefix, known] : kPlaces) {
    if (known == place)
      return std::string(prefix) + path + (selected.empty() ? "" : ":" + selected);
  }
  return path;
}

std::vector<std::string> names_in_store(const std::string& text) {
  std::vector<std::string> names = {text};
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  const bool latest = text.ends_with(kLatest);
  add(latest ? text.substr(0, text.size() - kLatest.size()) : text + std::string(kLatest));
  const auto reference = Reference::read(text);
  if (reference && reference->place == Place::kRegistry) add(reference->name());
  return names;
}

}  // namespace lockstep::images
