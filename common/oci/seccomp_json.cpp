#include "common/oci/seccomp_json.hpp"

#include <algorithm>

#include "common/oci/put.hpp"
#include "common/oci/seccomp_words.hpp"
#include "common/os/error.hpp"

namespace lockstep::oci {
namespace {

using nlohmann::json;

template <size_t N>
std::string word(const JsonPlace& here, const std::array<const char*, N>& words) {
  std::string text = here.text();
  if (std::find(words.begin(), words.end(), text) == words.end())
    here.expected(fmt::format("one of {}", fmt::join(words, ", ")));
  return text;
}

/// The kernel gives a program errnos up to 4095, and a tracer any 16 bits.
std::optional<unsigned> read_errno(const JsonPlace& here, const char* key,
                                   const std::string& action) {
  const auto place = here.find(key);
  if (!place) return std::nullopt;
  const bool traces = action == "SCMP_ACT_TRACE";
  if (!traces && action != "SCMP_ACT_ERRNO")
    place->fail(fmt::format("{} returns no errno", action),
                "only SCMP_ACT_ERRNO and SCMP_ACT_TRACE do: remove it");
  return place->number<uint32_t>(0, traces ? 65535 : 4095);
}

SeccompArg read_arg(const JsonPlace& here) {
  constexpr uint32_t kLast = 5;  // a system call has six
  SeccompArg arg;
  arg.index = here.required("index").number<uint32_t>(0, kLast);
  arg.value = here.required("value").natural();
  if (const auto two = here.find("valueTwo")) arg.value_two = two->natural();
  arg.op = word(here.required("op"), kSeccompOperators);
  return arg;
}

SyscallRule read_rule(const JsonPlace& here) {
  SyscallRule rule;
  rule.names = here.texts("names");
  if (rule.names.empty()) here.required("names").expected("at least one system call's name");
  rule.action = word(here.required("action"), kSeccompActions);
  rule.errno_ret = read_errno(here, "errnoRet", rule.action);
  here.each("args", [&](const JsonPlace& item) { rule.args.push_back(read_arg(item)); });
  return rule;
}

std::string read_architecture(const JsonPlace& here) {
  std::string text = here.text();
  if (!text.starts_with("SCMP_ARCH_"))
    here.expected("an architecture, such as SCMP_ARCH_X86_64 or SCMP_ARCH_AARCH64");
  return text;
}

/// Who is to be asked. Without anybody the calls would only ever wait.
void read_listener(const JsonPlace& here, Seccomp& seccomp) {
  const auto path = here.find("listenerPath");
  if (path && !path->nothing()) seccomp.listener_path = path->absolute_path();
  seccomp.listener_metadata = here.text("listenerMetadata");
  if (!seccomp.listener_metadata.empty() && seccomp.listener_path.empty())
    here.required("listenerMetadata").fail("needs a listenerPath");
  if (notifies(seccomp) && seccomp.listener_path.empty())
    here.fail("SCMP_ACT_NOTIFY needs a listenerPath",
              "it is the unix socket of the agent that answers for these calls");
}

json write_arg(const SeccompArg& arg) {
  json out = {{"index", arg.index}, {"value", arg.value}, {"op", arg.op}};
  if (arg.value_two != 0) out["valueTwo"] = arg.value_two;
  return out;
}

json write_rule(const SyscallRule& rule) {
  json out = {{"names", rule.names}, {"action", rule.action}};
  put(out, "errnoRet", rule.errno_ret);
  put(out, "args", rule.args, write_arg);
  return out;
}

}  // namespace

bool notifies(const Seccomp& seccomp) {
  return seccomp.default_action == kNotify ||
         std::any_of(seccomp.syscalls.begin(), seccomp.syscalls.end(),
                     [](const SyscallRule& rule) { return rule.action == kNotify; });
}

Seccomp seccomp_from_json(const JsonPlace& here) {
  Seccomp out;
  out.default_action = word(here.required("defaultAction"), kSeccompActions);
  out.default_errno_ret = read_errno(here, "defaultErrnoRet", out.default_action);
  here.each("architectures",
            [&](const JsonPlace& item) { out.architectures.push_back(read_architecture(item)); });
  if (here.find("flags")) {
    out.flags.emplace();
    here.each("flags",
              [&](const JsonPlace& item) { out.flags->push_back(word(item, kSeccompFlags)); });
  }
  here.each("syscalls", [&](const JsonPlace& item) { out.syscalls.push_back(read_rule(item)); });
  read_listener(here, out);
  return out;
}

json seccomp_to_json(const Seccomp& seccomp) {
  json out = json::object();
  out["defaultAction"] = seccomp.default_action;
  put(out, "defaultErrnoRet", seccomp.default_errno_ret);
  put(out, "architectures", seccomp.architectures);
  if (seccomp.flags) out["flags"] = *seccomp.flags;
  put(out, "listenerPath", seccomp.listener_path);
  put(out, "listenerMetadata", seccomp.listener_metadata);
  put(out, "syscalls", seccomp.syscalls, write_rule);
  return out;
}

}  // namespace lockstep::oci
