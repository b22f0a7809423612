// The state file's text.
#include <nlohmann/json.hpp>
#include <string_view>

#include "02-pid/state.hpp"
#include "common/oci/config_json_value.hpp"
#include "common/oci/json_document.hpp"

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

/// Behind the object that begins at `at`; nothing if it has no end.
std::optional<size_t> end_of_object(std::string_view text, size_t at) {
  size_t levels = 0;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted && c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == '{') {
      ++levels;
    } else if (!quoted && c == '}' && --levels == 0) {
      return at + 1;
    }
  }
  return std::nullopt;
}

/// Where the config ends in a text that is as to_json writes it.
std::optional<size_t> end_of_config(std::string_view text) {
  if (!text.starts_with(std::string(kStart) + '{')) return std::nullopt;
  const auto end = end_of_object(text, kStart.size());
  return end && text.substr(*end).starts_with(",\"") ? end : std::nullopt;
}

oci::Config config_in(const oci::JsonPlace& state, const std::string& id,
                      const std::string& bundle) {
  oci::Config config = oci::config_from_json(state.required("config"));
  config.id = id;
  config.bundle = bundle;
  return config;
}

}  // namespace

const std::string& StoredConfig::text() const {
  if (text_.empty()) text_ = oci::write_json(oci::config_to_json(**this));
  return text_;
}

const oci::Config& StoredConfig::operator*() const {
  if (config_) return *config_;
  if (text_.empty()) return config_.emplace();
  const json document = oci::parse_json(fmt::format("{}{}}}", kStart, text_), path_);
  return config_.emplace(config_in(oci::JsonPlace(document, path_), id_, bundle_));
}

std::string to_json(const Record& record) {
  json notes = json::array();
  for (const Note& note : record.notes) notes.push_back({{"kind", note.kind}, {"what", note.what}});
  json out = {{"id", record.id},
              {"status", words(record.status)},
              {"pid", record.pid},
              {"startTime", record.start_time},
              {"created", record.created},
              {"owner", record.owner},
              {"undo", notes}};
  if (!record.bundle.empty()) out["bundle"] = record.bundle;
  const std::string text = oci::write_json(out);
  return fmt::format("{}{},{}", kStart, record.config.text(), text.substr(1));
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
  const auto end = end_of_config(text);
  if (!end) return read_all_of_it(text, path);
  try {
    const json document = oci::parse_json('{' + text.substr(*end + 1), path);
    Record record = read_record(oci::JsonPlace(document, path));
    record.config = StoredConfig(text.substr(kStart.size(), *end - kStart.size()), path, record.id,
                                 record.bundle);
    return record;
  } catch (const Error&) {  // it tells the place in what is left of the text
    return read_all_of_it(text, path);
  }
}

}  // namespace lockstep::pid
