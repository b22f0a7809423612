#include "07-cgroup/removal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <set>

#include "07-cgroup/delegation.hpp"
#include "07-cgroup/freezer.hpp"
#include "07-cgroup/site.hpp"
#include "07-cgroup/tree.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep::cgroup {
namespace {

/// What the container's notes say, without what turned out to be somebody else's.
struct Made {
  std::vector<std::string> folders;
  std::vector<std::pair<std::string, std::string>> above;  // the topmost made, the container's
  std::string from;
};

Made made_by(const pid::Record& record, const Note& note) {
  std::set<std::string> foreign;
  for (const Note& other : record.notes) {
    if (other.kind == kCgroupNote && other.what.contains("foreign"))
      foreign.insert(other.what.at("foreign"));
  }
  Made made;
  for (const auto& [name, folder] : note.what) {
    if (name == "from") {
      made.from = folder;
    } else if (name.starts_with("above:")) {
      made.above.emplace_back(folder, note.what.at(name.substr(std::string("above:").size())));
    } else if (name != "foreign" && !foreign.contains(folder)) {
      made.folders.push_back(folder);
    }
  }
  return made;
}

void kill_all_below(const std::string& folder) {
  if (const auto kill = sys::open_if_there(folder + "/cgroup.kill", O_WRONLY)) {
    return sys::write_value(*kill, folder + "/cgroup.kill", "1",
                            "the kernel ends all of them, and whom they fork meanwhile");
  }
  for (const pid_t pid : processes_below(folder)) {
    const auto process = sys::open_pid(pid);
    if (!process) continue;
    // Looked at again after the pidfd was opened: that very process must be in there.
    const auto now = processes_below(folder);
    if (std::find(now.begin(), now.end(), pid) != now.end())
      sys::send_signal(*process, pid, SIGKILL, "a straggler in the container's cgroup");
  }
}

/// Those that couldn't be removed because of processes.
std::vector<std::string> try_to_remove(const std::vector<std::string>& folders) {
  std::vector<std::string> busy;
  for (const std::string& folder : folders) {
    if (!remove_tree(folder)) busy.push_back(folder);
  }
  return busy;
}

void remove_all(const pid::Record& record, std::vector<std::string> folders) {
  constexpr int kTries = 400;
  constexpr useconds_t kPause = 25'000;  // microseconds; the first pauses are shorter
  for (int i = 0; i < kTries; ++i) {
    folders = try_to_remove(folders);
    if (folders.empty()) return;
    // Without a PID no container was ever in there: who is, a child whose runtime was killed, is
    // about to end by itself.
    if (record.pid != 0 && i > 0) {
      thaw(noted_folders(record.notes));
      for (const std::string& folder : folders) kill_all_below(folder);
    }
    ::usleep(std::min(kPause, 500U << std::min(i, 10)));
  }
  const auto pids = processes_below(folders.front());
  throw Error(fmt::format("the cgroup {} can't be removed: {} processes are in it and don't end",
                          quoted(folders.front()), pids.size()),
              pids.empty() ? "see its folder" : fmt::format("see `cat /proc/{}/stack`", pids[0]));
}

/// Folders above the container's that were made for it, unless others use them by now.
void remove_above(const std::string& topmost, const std::string& folder) {
  for (std::string path = folder; path.size() > topmost.size();) {
    path = path.substr(0, path.rfind('/'));
    if (!remove_empty(path)) return;
  }
}

void thaw_cgroup(const pid::Record& record, const Note&) { thaw(noted_folders(record.notes)); }

void undo_cgroup(const pid::Record& record, const Note& note) {
  if (note.what.empty()) return;  // wherever it was: only the note knew
  const Made made = made_by(record, note);
  remove_all(record, made.folders);
  for (const auto& [topmost, folder] : made.above) remove_above(topmost, folder);
  if (!made.from.empty()) step_back(made.from);
}

}  // namespace

pid::UndoTable undoers() { return {{kCgroupNote, {undo_cgroup, thaw_cgroup}}}; }

}  // namespace lockstep::cgroup
