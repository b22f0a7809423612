#include "02-pid/undo.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep::pid {
namespace {

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool is_regular(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return S_ISREG(status.st_mode);
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw SysError(errno, fmt::format("lstat({})", quoted(path)));
}

/// Takes the PID file away if it is still ours: a stale one would point at whoever gets the number
/// next.
void remove_pid_file(const Record& record, const Note& note) {
  if (note.what.empty()) return;  // wherever it was: only the note knew
  const std::string& path = note.what.at("path");
  const std::string temporary = folder_of(path) + "/." + name_of(path) + ".new";
  const auto file = is_regular(path) ? sys::open_if_there(path, O_RDONLY) : std::nullopt;
  const bool ours = file && read_all(*file, path) == std::to_string(record.pid);
  if (ours && ::unlink(path.c_str()) != 0 && errno != ENOENT) {
    throw SysError(errno, fmt::format("unlink({})", quoted(path)));
  }
  if (is_regular(temporary) && ::unlink(temporary.c_str()) != 0 && errno != ENOENT &&
      errno != ENOTDIR) {
    throw SysError(errno, fmt::format("unlink({})", quoted(temporary)));
  }
}

}  // namespace

UndoTable undoers() { return {{"pid-file", remove_pid_file}}; }

void remove(State& state, const UndoTable& table) {
  const auto& notes = state.record.notes;
  for (const Note& note : notes) {
    if (table.count(note.kind) != 0) continue;
    throw Error(fmt::format("container {} has a {} to be cleared, which this step doesn't know",
                            quoted(state.record.id), quoted(note.kind)),
                "a later step made it: delete it with that one");
  }
  for (auto note = notes.rbegin(); note != notes.rend(); ++note)
    table.at(note->kind).undo(state.record, *note);
  for (const Note& note : notes) {
    if (const Undoer gone = table.at(note.kind).gone) gone(state.record, note);
  }
  state.remove();
}

void undo_all_but(State& state, const UndoTable& table, const std::string& kept) {
  auto& notes = state.record.notes;
  const auto ends = [&](const Note& note) { return note.kind != kept; };
  if (std::none_of(notes.begin(), notes.end(), ends)) return;
  for (auto note = notes.rbegin(); note != notes.rend(); ++note) {
    if (ends(*note)) table.at(note->kind).undo(state.record, *note);
  }
  std::erase_if(notes, ends);
  state.save();
}

void remove_leftovers(const std::string& id, const UndoTable& table) {
  Record gone;
  gone.id = id;
  for (const auto& [kind, undoing] : table) undoing.undo(gone, {kind, {}});
}

namespace {

Undoer at(const Note& note, const UndoTable& table, Undoer Undoing::*moment) {
  const auto found = table.find(note.kind);
  return found == table.end() ? nullptr : found->second.*moment;
}

}  // namespace

bool has_to_do(const Record& record, const UndoTable& table, Undoer Undoing::*moment) {
  return std::any_of(record.notes.begin(), record.notes.end(),
                     [&](const Note& note) { return at(note, table, moment) != nullptr; });
}

void do_all(const Record& record, const UndoTable& table, Undoer Undoing::*moment) {
  for (const Note& note : record.notes) {
    if (const Undoer act = at(note, table, moment)) act(record, note);
  }
}

void kill_and_wait(const Record& record, const UndoTable& table) {
  constexpr int kPatience = 10'000;  // milliseconds; the kernel ends a PID namespace in a few
  const auto process = locate_unfinished(record);
  if (!process) return;
  sys::send_signal(*process, record.pid, SIGKILL,
                   "PID 1's end is the end of all processes of its namespace");
  do_all(record, table, &Undoing::let_die);
  if (sys::wait_for_end(*process, kPatience)) return;
  throw Error(
      fmt::format("PID {} of container {} doesn't end, though it was sent SIGKILL", record.pid,
                  quoted(record.id)),
      fmt::format(
          "it hangs in the kernel: see `cat /proc/{}/stack`; a frozen cgroup must be thawed first",
          record.pid));
}

void check_pid_file(const std::string& path) {
  const std::string folder = folder_of(path);
  if (::faccessat(AT_FDCWD, (folder + "/.").c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    throw SysError(errno, fmt::format("--pid-file: the folder {}", quoted(folder)));
  }
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
  throw Error(fmt::format("--pid-file: {} is there, and no regular file", quoted(path)),
              "it would be replaced: choose another name");
}

void write_pid_file(const std::string& path, pid_t pid) {
  try {
    const Fd folder = sys::open(folder_of(path), O_PATH | O_DIRECTORY);
    sys::replace_file(folder, name_of(path), std::to_string(pid), 0644);
  } catch (const SysError& error) {
    throw SysError(SysError::Verbatim{}, error.code(),
                   fmt::format("--pid-file {}: {}", quoted(path), error.what()), error.hint(),
                   error.failure());
  }
}

void write_pid_file(State& state, const std::string& path) {
  check_pid_file(path);
  state.note({"pid-file", {{"path", path}}});
  write_pid_file(path, state.record.pid);
}

}  // namespace lockstep::pid
