// The state file's text.
#include <nlohmann/json.hpp>
#include <string_view>

#include "02-pid/state.hpp"
#include "common/oci/config_json_value.hpp"
#include "common/oci/json_document.hpp"
#include "common/oci/json_span.hpp"
#include "common/oci/seccomp_json.hpp"
#include "common/os/json_text.hpp"

namespace lockstep::pid {

using nlohmann::json;

std::string words(Status status) {
  switch (status) {
    case Status::kCreating:
      return "creating";
    case Status::kCreated:
      return "created";
    case Status::kRunning:
      return "running";
    case Status::kPaused:
      return "paused";
    case Status::kStopped:
      return "stopped";
  }
  return "";
}

namespace {

/// How a state file begins: so its config can be passed over.
constexpr std::string_view kStart = R"({"config":)";
/// What may follow: the config's `linux.seccomp`, which is as long as all the rest.
constexpr std::string_view kProfile = R"(,"seccomp":)";

/// The object that stands behind `start`, which `text` has at `at`, if another member follows it.
std::optional<oci::Span> object_behind(std::string_view text, size_t at, std::string_view start) {
  if (!text.substr(at).starts_with(start)) return std::nullopt;
  const auto object = oci::object_at(text, at + start.size());
  return object && text.substr(object->end).starts_with(",\"") ? object : std::nullopt;
}

oci::Config config_in(const oci::JsonPlace& state, const std::string& id,
                      const std::string& bundle) {
  oci::Config config = oci::config_from_json(state.required("config"));
  if (const auto profile = state.find("seccomp"))
    config.linux.seccomp = oci::seccomp_from_json(*profile);
  config.id = id;
  config.bundle = bundle;
  return config;
}

}  // namespace

const std::string& StoredConfig::text() const {
  if (!text_.empty()) return text_;
  const oci::Config& config = **this;
  text_ = oci::write_json(oci::config_to_json(config, oci::Profile::kLeftOut));
  if (config.linux.seccomp) text_.append(kProfile).append(config.linux.seccomp->text());
  return text_;
}

const oci::Config& StoredConfig::operator*() const {
  if (config_) return *config_;
  if (text_.empty()) return config_.emplace();
  const size_t end = oci::object_at(text_, 0).value().end;  // it was found when the file was read
  const json document = oci::parse_json(fmt::format("{}{}}}", kStart, text_.substr(0, end)), path_);
  config_ = config_in(oci::JsonPlace(document, path_), id_, bundle_);
  if (end < text_.size())
    config_->linux.seccomp.emplace(text_.substr(end + kProfile.size()), path_);
  return *config_;
}

namespace {

std::string as_json(const Note& note) {
  std::string what;
  for (const auto& [key, value] : note.what)
    what.append(what.empty() ? "" : ",")
        .append(json_quoted(key))
        .append(":")
        .append(json_quoted(value));
  return fmt::format(R"({{"kind":{},"what":{{{}}}}})", json_quoted(note.kind), what);
}

}  // namespace

// By hand: it is written twice while a container starts.
std::string to_json(const Record& record) {
  std::string text = fmt::format("{}{}", kStart, record.config.text());
  if (!record.bundle.empty()) text.append(R"(,"bundle":)").append(json_quoted(record.bundle));
  text += fmt::format(R"(,"created":{},"id":{},"owner":{},"pid":{},"startTime":{},"status":"{}")",
                      json_quoted(record.created), json_quoted(record.id), record.owner, record.pid,
                      record.start_time, words(record.status));
  text += R"(,"undo":[)";
  for (const Note& note : record.notes)
    text.append(text.back() == '[' ? "" : ",").append(as_json(note));
  return text + "]}";
}

namespace {

Status status_from(const oci::JsonPlace& place) {
  for (const Status status :
       {Status::kCreating, Status::kCreated, Status::kRunning, Status::kPaused}) {
    if (place.text() == words(status)) return status;
  }
  place.expected("creating, created, running or paused");
}

/// All but the config.
Record read_record(const oci::JsonPlace& state) {
  Record record;
  record.id = state.text("id");
  record.status = status_from(state.required("status"));
  record.pid = state.required("pid").number<pid_t>(0);
  record.start_time = static_cast<uint64_t>(state.required("startTime").number<int64_t>(0));
  record.created = state.text("created");
  record.owner = state.required("owner").number<uid_t>();
  record.bundle = state.text("bundle");
  state.each("undo", [&](const oci::JsonPlace& note) {
    record.notes.push_back({note.text("kind"), note.text_map("what")});
  });
  return record;
}

/// However it is written, and whatever is wrong with it.
Record read_all_of_it(const std::string& text, const std::string& path) {
  const json document = oci::parse_json(text, path);
  const oci::JsonPlace state(document, path);
  Record record = read_record(state);
  record.config = StoredConfig(config_in(state, record.id, record.bundle));
  return record;
}

}  // namespace

Record record_from_json(const std::string& text, const std::string& path) {
  const auto config = object_behind(text, 0, kStart);
  if (!config) return read_all_of_it(text, path);
  const auto profile = object_behind(text, config->end, kProfile);
  const size_t end = (profile ? *profile : *config).end;
  try {
    const json document = oci::parse_json('{' + text.substr(end + 1), path);
    Record record = read_record(oci::JsonPlace(document, path));
    record.config = StoredConfig(text.substr(config->begin, end - config->begin), path, record.id,
                                 record.bundle);
    return record;
  } catch (const Error&) {  // it tells the place in what is left of the text
    return read_all_of_it(text, path);
  }
}

}  // namespace lockstep::pid
