// The state file's text.
#include <nlohmann/json.hpp>

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

std::string config_text(const Record& record) {
  return oci::write_json(oci::config_to_json(record.config));
}

std::string to_json(const Record& record, const std::string& config) {
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
  return fmt::format(R"({{"config":{},{})", config, text.substr(1));  // its first member
}

namespace {

Status status_from(const oci::JsonPlace& place) {
  for (const Status status :
       {Status::kCreating, Status::kCreated, Status::kRunning, Status::kPaused}) {
    if (place.text() == words(status)) return status;
  }
  place.expected("creating, created, running or paused");
}

}  // namespace

Record record_from_json(const std::string& text, const std::string& path) {
  const json document = oci::parse_json(text, path);
  const oci::JsonPlace state(document, path);
  Record record;
  record.id = state.text("id");
  record.status = status_from(state.required("status"));
  record.pid = state.required("pid").number<pid_t>(0);
  record.start_time = static_cast<uint64_t>(state.required("startTime").number<int64_t>(0));
  record.created = state.text("created");
  record.owner = state.required("owner").number<uid_t>();
  record.bundle = state.text("bundle");
  const oci::JsonPlace config = state.required("config");
  record.config = oci::config_from_json(config);
  record.config.id = record.id;
  record.config.bundle = record.bundle;
  state.each("undo", [&](const oci::JsonPlace& note) {
    record.notes.push_back({note.text("kind"), note.text_map("what")});
  });
  return record;
}

}  // namespace lockstep::pid
