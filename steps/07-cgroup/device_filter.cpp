#include "07-cgroup/device_filter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "06-user/maps.hpp"
#include "07-cgroup/device_cache.hpp"
#include "common/os/bpf.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::cgroup {
namespace {

using Rule = oci::DeviceRule;

/// What comes before a rule about everything says nothing.
std::vector<Rule> that_matter(const std::vector<Rule>& rules) {
  const auto last = std::find_if(rules.rbegin(), rules.rend(), is_about_all);
  if (last == rules.rend()) {  // "what no rule is about is denied"
    std::vector<Rule> out = {Rule{}};
    out.insert(out.end(), rules.begin(), rules.end());
    return out;
  }
  return {std::prev(last.base()), rules.end()};
}

/// Everything is allowed, and nothing denied after that.
bool allows_all(const std::vector<Rule>& rules) {
  return std::all_of(rules.begin(), rules.end(), [](const Rule& rule) { return rule.allow; });
}

std::string number(const std::optional<int64_t>& part) {
  return part ? std::to_string(*part) : "*";
}

bool is_same(const Rule& one, const Rule& other) {
  return one.type == other.type && one.major == other.major && one.minor == other.minor;
}

bool overlap(const Rule& one, const Rule& other) {
  const auto meet = [](const auto& a, const auto& b) { return !a || !b || *a == *b; };
  return (one.type == other.type || one.type == "a" || other.type == "a") &&
         meet(one.major, other.major) && meet(one.minor, other.minor);
}

/// v1's list has what deviates from its first line, and no order: it can't deny a part of what it
/// allows.
void check_expressible(const std::vector<Rule>& rules) {
  for (size_t i = 1; i < rules.size(); ++i) {
    for (size_t j = 1; j < i; ++j) {
      const bool contrary = rules[i].allow == rules[0].allow && rules[j].allow != rules[i].allow;
      if (!contrary || is_same(rules[i], rules[j]) || !overlap(rules[i], rules[j])) continue;
      throw Error(
          fmt::format("linux.resources.devices: {} {}:{} is a part of what another rule is about, "
                      "and cgroup v1 has no order of rules",
                      rules[i].type, number(rules[i].major), number(rules[i].minor)),
          "name each device by itself");
    }
  }
}

void write_rule_v1(const Rule& rule, const Folder& folder) {
  const char* const file = rule.allow ? "devices.allow" : "devices.deny";
  if (is_about_all(rule))
    return folder.write(file, "a", rule.allow ? "every device" : "no device but for what follows");
  for (const char* type : {"b", "c"}) {
    if (rule.type != "a" && rule.type != type) continue;
    folder.write(
        file, fmt::format("{} {}:{} {}", type, number(rule.major), number(rule.minor), rule.access),
        "these may be opened, or made (m)");
  }
}

/// Whether the kernel lets us decide about devices at all: not in a user namespace, where no node can
/// be made and so nothing is lost.
template <typename Act>
bool unless_powerless(Act act) {
  try {
    act();
    return true;
  } catch (const SysError& error) {
    if (error.code() != EPERM && error.code() != EACCES) throw;
    return false;
  }
}

void filter_v1(const std::vector<Rule>& rules, const Folder& folder) {
  check_expressible(rules);
  if (!unless_powerless([&] { write_rule_v1(rules.front(), folder); })) return;
  for (size_t i = 1; i < rules.size(); ++i) write_rule_v1(rules[i], folder);
}

void filter_v2(const std::vector<Rule>& rules, const Folder& folder) {
  Fd program;
  if (!unless_powerless([&] {
        program = remembered(rules, [&] {
          return sys::load_device_program(
              device_program(rules), "which devices may be opened is decided by a program of ours");
        });
      }))
    return;
  sys::attach_device_program(folder.fd(), folder.path(), program,
                             "whoever is in this cgroup is asked about");
}

}  // namespace

bool is_about_all(const Rule& rule) {
  const auto has = [&](char letter) { return rule.access.find(letter) != std::string::npos; };
  return rule.type == "a" && !rule.major && !rule.minor && has('r') && has('w') && has('m');
}

std::vector<Rule> all_rules(const std::vector<Rule>& devices) {
  std::vector<Rule> rules = that_matter(devices);
  if (rules.front().allow) return rules;
  const auto allow = [&](std::optional<int64_t> major, std::optional<int64_t> minor) {
    rules.push_back({true, "c", major, minor, "rwm"});
  };
  rules.push_back({true, "c", {}, {}, "m"});
  rules.push_back({true, "b", {}, {}, "m"});
  for (const int64_t minor : {3, 5, 7, 8, 9}) allow(1, minor);  // null zero full random urandom
  allow(5, 0);                                                  // tty
  allow(5, 2);                                                  // ptmx
  allow(136, {});                                               // pts
  return rules;
}

void filter_devices(const std::vector<Rule>& devices, const Folders& folders) {
  const std::vector<Rule> rules = all_rules(devices);
  const Folder* const v1 = folders.find("devices");
  if (allows_all(rules)) {
    if (v1 != nullptr) unless_powerless([&] { v1->write("devices.allow", "a"); });
    return;
  }
  if (v1 != nullptr) return filter_v1(rules, *v1);
  if (const Folder* const v2 = folders.v2()) filter_v2(rules, *v2);
}

void tell_if_none_is_denied(const oci::Config& config) {
  const bool matters = !allows_all(all_rules(config.linux.resources.devices)) &&
                       !usr::has_own_users(config);  // else its root makes no nodes
  if (config.without_cgroup && matters)
    narrate::say("(linux.resources.devices: without a cgroup no device is denied)");
}

}  // namespace lockstep::cgroup
