#include "common/oci/hooks_json.hpp"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "common/oci/put.hpp"

namespace lockstep::oci {
namespace {

using nlohmann::json;

struct Moment {
  const char* name;
  std::vector<Hook> Hooks::*hooks;
};
constexpr std::array kMoments = {
    Moment{"prestart", &Hooks::prestart},
    Moment{"createRuntime", &Hooks::create_runtime},
    Moment{"createContainer", &Hooks::create_container},
    Moment{"startContainer", &Hooks::start_container},
    Moment{"poststart", &Hooks::poststart},
    Moment{"poststop", &Hooks::poststop},
};

constexpr int kLongest = std::numeric_limits<int>::max() / 1000;  // poll(2) counts milliseconds

Hook read_hook(const JsonPlace& here) {
  Hook hook;
  hook.path = here.required("path").absolute_path();
  hook.args = here.texts("args");
  here.each("env", [&](const JsonPlace& item) { hook.env.push_back(read_variable(item)); });
  if (const auto timeout = here.find("timeout")) hook.timeout = timeout->number<int>(1, kLongest);
  return hook;
}

json write_hook(const Hook& hook) {
  json out = json::object();
  out["path"] = hook.path;
  put(out, "args", hook.args);
  put(out, "env", hook.env);
  if (hook.timeout != 0) out["timeout"] = hook.timeout;
  return out;
}

}  // namespace

Hooks hooks_from_json(const JsonPlace& here) {
  Hooks hooks;
  for (const Moment& moment : kMoments) {
    std::vector<Hook>& list = hooks.*moment.hooks;
    here.each(moment.name, [&](const JsonPlace& item) { list.push_back(read_hook(item)); });
  }
  return hooks;
}

json hooks_to_json(const Hooks& hooks) {
  json out = json::object();
  for (const auto& [name, list] : kMoments) put(out, name, hooks.*list, write_hook);
  return out;
}

}  // namespace lockstep::oci
