#include "08-capabilities/options.hpp"

#include <algorithm>
#include <cctype>
#include <memory>

#include "07-cgroup/options.hpp"
#include "08-capabilities/labels.hpp"
#include "08-capabilities/privileged.hpp"
#include "08-capabilities/sets.hpp"
#include "common/os/capabilities.hpp"
#include "common/os/limits.hpp"
#include "common/os/text.hpp"

namespace lockstep::caps {
namespace {

struct Given {
  uint64_t add = 0;
  uint64_t drop = 0;
  bool add_all = false;
  bool drop_all = false;
  bool privileged = false;
};

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// The mask of "net_admin", "CAP_NET_ADMIN"; nothing for "ALL".
std::optional<uint64_t> parse_capability(const std::string& option, const std::string& text) {
  const std::string name = upper(text);
  if (name == "ALL" || name == "CAP_ALL") return std::nullopt;
  const auto number = words::capability_number(name.starts_with("CAP_") ? name : "CAP_" + name);
  if (number) return capability_bit(*number);
  throw cli::UsageError(
      fmt::format("{}: expected a capability's name, or ALL, got {}", option, quoted(text)),
      "such as NET_ADMIN or CAP_NET_ADMIN: see capabilities(7)");
}

void take(const std::string& option, const std::string& text, uint64_t& set, bool& is_all) {
  const auto mask = parse_capability(option, text);
  set |= mask.value_or(0);
  is_all = is_all || !mask;
}

/// As docker reads the two lists; the order on the command line says nothing.
uint64_t chosen(const Given& given) {
  if (given.add_all) return all() & ~given.drop;
  if (given.drop_all) return given.add;
  return (default_set() & ~given.drop) | given.add;
}

/// Those that it wants at first: the bounding, effective and permitted sets are the same then, and
/// nothing is inheritable.
oci::Capabilities sets_of(uint64_t set) { return {set, set, set, 0, 0}; }

void fill_in(oci::Config& config, const Given& given) {
  if (given.privileged) make_privileged(config);
  Given wanted = given;
  wanted.add_all = given.add_all || given.privileged;
  config.process.capabilities = sets_of(wanted.add_all && given.drop_all ? 0 : chosen(wanted));
}

uint64_t parse_limit(const std::string& text, const std::string& part) {
  if (part == "-1" || part == "unlimited") return UINT64_MAX;
  if (const auto number = parse_number<uint64_t>(part)) return *number;
  throw cli::UsageError(fmt::format("--ulimit: expected NAME=SOFT[:HARD], got {}", quoted(text)),
                        "numbers, -1 for no limit: nofile=1024:4096");
}

oci::ResourceLimit parse_ulimit(const std::string& text) {
  const size_t equals = text.find('=');
  const std::string type = "RLIMIT_" + upper(text.substr(0, equals));
  if (equals == std::string::npos || !words::resource_number(type)) {
    auto names = words::resources();
    for (std::string& name : names) {
      name = name.substr(std::string("RLIMIT_").size());
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    throw cli::UsageError(fmt::format("--ulimit: expected NAME=SOFT[:HARD], got {}", quoted(text)),
                          fmt::format("NAME is one of {}", fmt::join(names, " ")));
  }
  const std::string values = text.substr(equals + 1);
  const size_t colon = values.find(':');
  oci::ResourceLimit limit;
  limit.type = type;
  limit.soft = parse_limit(text, values.substr(0, colon));
  limit.hard =
      colon == std::string::npos ? limit.soft : parse_limit(text, values.substr(colon + 1));
  if (limit.soft <= limit.hard) return limit;
  throw cli::UsageError(
      fmt::format("--ulimit: {}: the soft limit is more than the hard limit", quoted(text)));
}

void add_ulimit(oci::Process& process, const std::string& text) {
  const oci::ResourceLimit limit = parse_ulimit(text);
  std::erase_if(process.rlimits,
                [&](const oci::ResourceLimit& other) { return other.type == limit.type; });
  process.rlimits.push_back(limit);
}

void add_sysctl(oci::Config& config, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    throw cli::UsageError(fmt::format("--sysctl: expected NAME=VALUE, got {}", quoted(text)),
                          "such as net.ipv4.ip_forward=1");
  config.linux.sysctl[text.substr(0, equals)] = text.substr(equals + 1);
}

int parse_score(const std::string& text) {
  constexpr int kMost = 1000;
  const auto score = parse_number<int>(text);
  if (score && *score >= -kMost && *score <= kMost) return *score;
  throw cli::UsageError(
      fmt::format("--oom-score-adj: expected a number from -1000 to 1000, got {}", quoted(text)));
}

void capability_options(cli::Options& options, const std::shared_ptr<Given>& given) {
  options.value(
      "cap-add", "CAPABILITY|ALL", "a power of root's that it keeps (NET_ADMIN)",
      [given](const std::string& text) { take("--cap-add", text, given->add, given->add_all); });
  options.value(
      "cap-drop", "CAPABILITY|ALL", "one of those that it has by default, and loses",
      [given](const std::string& text) { take("--cap-drop", text, given->drop, given->drop_all); });
  options.flag("privileged", "all powers and devices, nothing masked: nearly no door is locked",
               [given] { given->privileged = true; });
}

}  // namespace

void options(cli::Options& options, oci::Config& config) {
  const auto given = std::make_shared<Given>();
  capability_options(options, given);
  security_options(options, config);
  options.value("ulimit", "NAME=SOFT[:HARD]", "a limit of each of its processes (nofile=1024:4096)",
                [&](const std::string& text) { add_ulimit(config.process, text); });
  options.value("sysctl", "NAME=VALUE", "a setting of its namespaces (net.ipv4.ip_forward=1)",
                [&](const std::string& text) { add_sysctl(config, text); });
  options.value("oom-score-adj", "-1000–1000", "how soon it is ended when memory is short",
                [&](const std::string& text) { config.process.oom_score_adj = parse_score(text); });
  options.check([given, &config] { fill_in(config, *given); });
}

void exec_options(cli::Options& options, oci::Process& process) {
  const auto add = [&process](uint64_t set) {
    process.capabilities =
        sets_of(set | process.capabilities.value_or(oci::Capabilities{}).bounding);
  };
  options.value(
      "cap", "CAPABILITY|ALL", "a power of root's beyond the container's own",
      [add](const std::string& text) { add(parse_capability("--cap", text).value_or(all())); });
  options.flag("privileged", "all of root's powers", [add, &process] {
    add(all());
    process.apparmor_profile = kUnconfined;
  });
  options.flag("no-new-privs", "no program gives it more than it has",
               [&process] { process.no_new_privileges = true; });
  options.value("apparmor", "PROFILE", "its AppArmor profile",
                [&process](const std::string& text) { process.apparmor_profile = text; });
  options.value("process-label", "LABEL", "its SELinux label",
                [&process](const std::string& text) { process.selinux_label = text; });
}

void complete_bundle(oci::Config& config, bool rootless) {
  cgroup::complete_bundle(config, rootless);
  config.process.capabilities = sets_of(default_set());
  config.process.no_new_privileges = true;
  constexpr uint64_t kFiles = 1024;
  config.process.rlimits.push_back({"RLIMIT_NOFILE", kFiles, kFiles});
}

}  // namespace lockstep::caps
