#include "07-cgroup/device_cache.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <optional>

#include "common/images/empty_folder.hpp"
#include "common/os/bpf.hpp"

namespace lockstep::cgroup {
namespace {

constexpr const char* kPrograms = "/sys/fs/bpf";
constexpr const char* kOurs = "lockstep";

/// To be raised with each change to what device_program() makes of rules.
constexpr int kRevision = 1;

std::string number(const std::optional<int64_t>& part) {
  return part ? std::to_string(*part) : "*";
}

/// "1,-a*:*rwm,+c1:3rwm"; nothing where that is too long for a file's name.
std::optional<std::string> name_of(const std::vector<oci::DeviceRule>& rules) {
  constexpr size_t kLongest = 255;
  std::string name = std::to_string(kRevision);
  for (const oci::DeviceRule& rule : rules)
    name += fmt::format(",{}{}{}:{}{}", rule.allow ? '+' : '-', rule.type, number(rule.major),
                        number(rule.minor), rule.access);
  return name.size() <= kLongest ? std::optional(name) : std::nullopt;
}

bool is_roots_alone(const Fd& folder) {
  struct stat status {};
  return ::fstat(folder.get(), &status) == 0 && status.st_uid == 0 &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool is_for_programs(const Fd& folder) {
  struct statfs system {};
  return ::fstatfs(folder.get(), &system) == 0 && system.f_type == BPF_FS_MAGIC;
}

/// The folder, made if missing. Nothing where it can't be had, or others could have put something there.
std::optional<Fd> open_folder() {
  if (::geteuid() != 0) return std::nullopt;
  const Fd above(::open(kPrograms, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!above || !is_for_programs(above)) return std::nullopt;
  const auto open = [&] {
    return Fd(::openat(above.get(), kOurs, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  };
  Fd folder = open();
  if (!folder && errno == ENOENT && ::mkdirat(above.get(), kOurs, 0700) == 0) folder = open();
  if (!folder || !is_roots_alone(folder)) return std::nullopt;
  return folder;
}

void drop_all_if_many(const Fd& folder) {
  const std::vector<std::string> names = images::names_in(folder);
  if (names.size() < kMostPrograms) return;
  for (const std::string& name : names) ::unlinkat(folder.get(), name.c_str(), 0);
}

}  // namespace

Fd remembered(const std::vector<oci::DeviceRule>& rules, const std::function<Fd()>& load) {
  const auto name = name_of(rules);
  const auto folder = name ? open_folder() : std::nullopt;
  if (!folder) return load();
  const std::string path = fmt::format("{}/{}/{}", kPrograms, kOurs, *name);
  if (auto known = sys::pinned_program(path, "the program for these rules was loaded before"))
    return std::move(*known);
  Fd program = load();
  drop_all_if_many(*folder);
  sys::pin_program(program, path, "the next container with these rules finds it here");
  return program;
}

}  // namespace lockstep::cgroup
