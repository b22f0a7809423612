#include "tests/lessons/bundle.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"
#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/check.hpp"

namespace lockstep::lessons {

using nlohmann::json;

namespace {

std::string config_of(const std::string& folder) { return folder + "/config.json"; }

/// Reads the config.json, and writes it as `change` leaves it.
void rewrite(const std::string& folder, const std::function<void(json&)>& change) {
  const std::string path = config_of(folder);
  const std::string text = proc::read_file(path).value_or("");
  json config;
  try {
    config = oci::parse_json(text, path);
    change(config);
  } catch (const std::exception& error) {  // the library's, where it has another form
    throw Mismatch("spec", "a config.json of the OCI's form", error.what());
  }
  std::ofstream(path) << config.dump(2) << '\n';
}

}  // namespace

OciState state_of(Step& step, const std::string& id) {
  const Outcome outcome = step.call({"state", id}).exits(0);
  try {
    const json document = oci::parse_json(outcome.out, "state");
    const oci::JsonPlace state(document, "state");
    return {state.required("ociVersion").text(), state.required("id").text(),
            state.required("status").text(), state.required("pid").number<pid_t>(0),
            state.required("bundle").absolute_path()};
  } catch (const Error& error) {
    throw Mismatch(outcome.command, "the OCI's state", error.what());
  }
}

BundleFolder::BundleFolder(Step& step, const std::string& script, int pids_limit)
    : path_(step.sandbox().folder + "/" + step.new_name()) {
  std::filesystem::create_directory(path_);
  step.call({"spec", "--bundle", path_}).exits(0);
  rewrite(path_, [&](json& config) {
    config["process"]["terminal"] = false;
    config["process"]["args"] = {"sh", "-c", script};
    config["root"] = {{"path", step.rootfs()}};
    if (pids_limit != 0) config["linux"]["resources"]["pids"]["limit"] = pids_limit;
  });
}

void BundleFolder::set_args(const std::vector<std::string>& args) const {
  rewrite(path_, [&](json& config) { config["process"]["args"] = args; });
}

void BundleFolder::set_root(const std::string& path) const {
  rewrite(path_, [&](json& config) { config["root"]["path"] = path; });
}

CreatedContainer::CreatedContainer(Step& step, const std::string& script, int pids_limit)
    : step_(step),
      bundle_(step, script, pids_limit),
      id_(step.new_name()),
      words_({"create", "--bundle", bundle_.path(), id_}),
      runtime_(step.start(words_)),
      typed_(step.typed(words_)) {
  try {
    step.outcome_of(runtime_, words_).exits(0);
  } catch (...) {
    step.call({"delete", "--force", id_});
    throw;
  }
}

CreatedContainer::~CreatedContainer() {
  try {
    step_.call({"delete", "--force", id_});
  } catch (const std::exception&) {  // the grader sweeps all processes away between its checks
  }
}

void CreatedContainer::expect(const std::string& status) const {
  OciState now;
  const bool came = eventually([&] {
    now = state_of(step_, id_);
    return now.status == status;
  });
  if (came) return;
  throw Mismatch(step_.typed({"state", id_}), fmt::format("its status is {}", quoted(status)),
                 fmt::format("it is {}", quoted(now.status)));
}

}  // namespace lockstep::lessons
