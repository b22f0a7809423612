#include "common/oci/seccomp_profile.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"
#include "common/oci/seccomp_json.hpp"
#include "common/os/text.hpp"

namespace lockstep::oci {
namespace {

using nlohmann::json;

bool holds(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// "4.8".
bool is_at_least(const JsonPlace& wanted, const ProfileConditions& conditions) {
  const std::vector<std::string> parts = split(wanted.text(), '.');
  const auto major = parts.size() == 2 ? parse_number<int>(parts[0]) : std::nullopt;
  const auto minor = parts.size() == 2 ? parse_number<int>(parts[1]) : std::nullopt;
  if (!major || !minor) wanted.expected("a kernel's version, such as 4.8");
  return conditions.kernel_major > *major ||
         (conditions.kernel_major == *major && conditions.kernel_minor >= *minor);
}

/// `includes`: all of it must be true.
bool is_included(const JsonPlace& rule, const ProfileConditions& conditions) {
  const auto filter = rule.find("includes");
  if (!filter) return true;
  const std::vector<std::string> arches = filter->texts("arches");
  const std::vector<std::string> caps = filter->texts("caps");
  const auto kernel = filter->find("minKernel");
  return (arches.empty() || holds(arches, conditions.architecture)) &&
         std::all_of(caps.begin(), caps.end(),
                     [&](const std::string& cap) { return holds(conditions.capabilities, cap); }) &&
         (!kernel || kernel->nothing() || is_at_least(*kernel, conditions));
}

/// `excludes`: any of it is enough.
bool is_excluded(const JsonPlace& rule, const ProfileConditions& conditions) {
  const auto filter = rule.find("excludes");
  if (!filter) return false;
  const std::vector<std::string> caps = filter->texts("caps");
  const auto kernel = filter->find("minKernel");
  return holds(filter->texts("arches"), conditions.architecture) ||
         std::any_of(caps.begin(), caps.end(),
                     [&](const std::string& cap) { return holds(conditions.capabilities, cap); }) ||
         (kernel && !kernel->nothing() && is_at_least(*kernel, conditions));
}

/// The architectures that go with the machine's own.
void add_architectures(const JsonPlace& profile, const ProfileConditions& conditions, json& out) {
  constexpr std::array<std::pair<const char*, const char*>, 5> kOwn = {
      {{"amd64", "SCMP_ARCH_X86_64"},
       {"arm64", "SCMP_ARCH_AARCH64"},
       {"riscv64", "SCMP_ARCH_RISCV64"},
       {"s390x", "SCMP_ARCH_S390X"},
       {"ppc64le", "SCMP_ARCH_PPC64LE"}}};
  profile.each("archMap", [&](const JsonPlace& item) {
    const std::string name = item.text("architecture");
    for (const auto& [machine, own] : kOwn) {
      if (name != own || conditions.architecture != machine) continue;
      out["architectures"].push_back(name);
      for (const std::string& other : item.texts("subArchitectures"))
        out["architectures"].push_back(other);
    }
  });
}

}  // namespace

Seccomp read_seccomp_profile(const std::string& text, const std::string& name,
                             const ProfileConditions& conditions) {
  json document = parse_json(text, name);
  const json original = document;
  const JsonPlace profile(original, name);
  std::vector<bool> stays;
  profile.each("syscalls", [&](const JsonPlace& rule) {
    stays.push_back(is_included(rule, conditions) && !is_excluded(rule, conditions));
  });
  add_architectures(profile, conditions, document);
  // Rules that don't apply are read, too: what is wrong in them is wrong on every machine.
  Seccomp seccomp = seccomp_from_json(JsonPlace(document, name));
  std::vector<SyscallRule> all;
  all.swap(seccomp.syscalls);
  for (size_t i = 0; i < all.size(); ++i) {
    if (stays[i]) seccomp.syscalls.push_back(std::move(all[i]));
  }
  return seccomp;
}

}  // namespace lockstep::oci
