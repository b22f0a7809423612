// Containers that are measured again and again.
#include "07-cgroup/observer.hpp"

#include "07-cgroup/limit_hints.hpp"
#include "07-cgroup/site.hpp"
#include "common/os/narrate.hpp"
#include "common/os/proc.hpp"

namespace lockstep::cgroup {
namespace {

/// Which columns stay empty, and why; empty if none does.
std::string what_lacks(const Watched& container) {
  const Folders& folders = container.folders;
  std::string lacks;
  for (const char* name : {"memory", "pids"}) {
    if (folders.find(name) == nullptr) lacks += std::string(lacks.empty() ? "" : ", ") + name;
  }
  if (folders.empty())
    return "no cgroup of its own, so the kernel doesn't count what it uses: " + power_hint();
  if (lacks.empty()) return "";
  return fmt::format("a cgroup without these controllers, so they don't count: {}", lacks);
}

/// A container that runs, or is paused; nothing if it doesn't, or has been deleted since its ID was
/// read. One whose record can't be read is told of, and doesn't hide the others.
std::optional<Watched> watched_if_it_runs(const std::string& id, std::set<std::string>& told) {
  try {
    auto record = pid::look_up(id);
    auto process = record ? pid::locate(*record) : std::nullopt;
    if (!process) return std::nullopt;
    const pid::Status status = pid::status_now(*record);
    if (status != pid::Status::kRunning && status != pid::Status::kPaused) return std::nullopt;
    Folders folders = noted_folders(record->notes);
    return Watched{std::move(*record), std::move(*process), std::move(folders)};
  } catch (const Error& error) {
    if (told.insert(id).second) narrate::say(fmt::format("stats: {}", error.what()));
    return std::nullopt;
  }
}

}  // namespace

Observer::Observer(const std::vector<std::string>& ids)
    : all_(ids.empty()),
      machine_memory_(machine_memory_of(proc::read_file("/proc/meminfo").value_or(""))) {
  for (const std::string& id : ids) {
    Watched container = watched(id);
    need_cgroup(container);
    add(std::move(container));
  }
}

void Observer::add(Watched container) {
  const std::string id = container.record.id;
  const std::string lacks = what_lacks(container);
  if (!lacks.empty() && told_.insert(id).second)
    narrate::say(fmt::format("(container {} has {})", quoted(id), lacks));
  subjects_.insert_or_assign(id, Subject{std::move(container), std::nullopt, std::nullopt});
}

void Observer::add_new_ones() {
  for (const std::string& id : pid::all_ids()) {
    if (subjects_.contains(id)) continue;
    if (auto container = watched_if_it_runs(id, told_)) add(std::move(*container));
  }
}

void Observer::measure() {
  if (all_) add_new_ones();
  for (auto at = subjects_.begin(); at != subjects_.end();) {
    Subject& subject = at->second;
    auto counters = read_counters(subject.container.folders, subject.container.record.pid);
    const auto time = std::chrono::steady_clock::now();
    // What is read while it ends are not its numbers any more.
    if (!counters || subject.container.has_ended()) {
      at = subjects_.erase(at);
      continue;
    }
    subject.before = std::exchange(subject.now, Sample{std::move(*counters), time});
    ++at;
  }
}

std::vector<Stats> Observer::stats() const {
  std::vector<Stats> all;
  for (const auto& [id, subject] : subjects_) {
    const Sample* const before = subject.before ? &*subject.before : nullptr;
    if (subject.now) all.push_back(stats_of(id, before, *subject.now, machine_memory_));
  }
  return all;
}

}  // namespace lockstep::cgroup
