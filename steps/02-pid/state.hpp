#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/story/story.hpp"

/// Lesson 02: what is known of a container while nobody holds it: one small file,
/// ROOT/ID/state.json.
namespace lockstep::pid {

/// How far it has come, as the runtime-spec's runtime.md, "State", names it. "stopped" is never
/// written: it is seen when the process is looked for. kPaused is lesson 07's, and no word of the
/// spec's, but every engine knows it.
enum class Status : uint8_t { kCreating, kCreated, kRunning, kPaused, kStopped };
std::string words(Status status);

/// A container's config in the state file, where it is most of the text: put into words once, and read only
/// when somebody asks for it; `start`, `kill` and `delete` don't.
class StoredConfig {
 public:
  StoredConfig() = default;
  explicit StoredConfig(oci::Config config) : config_(std::move(config)) {}
  /// As the file at `path` has it, of the container `id`, made of `bundle`.
  StoredConfig(std::string text, std::string path, std::string id, std::string bundle)
      : text_(std::move(text)),
        path_(std::move(path)),
        id_(std::move(id)),
        bundle_(std::move(bundle)) {}

  /// Throws Error naming the file's path and the place, if it is none.
  const oci::Config& operator*() const;
  const oci::Config* operator->() const { return &**this; }
  const std::string& text() const;

 private:
  mutable std::optional<oci::Config> config_;
  mutable std::string text_;  // empty: not put into words yet; behind it `linux.seccomp`'s own
  std::string path_;
  std::string id_;
  std::string bundle_;
};

/// What the state file holds.
struct Record {
  std::string id;
  Status status = Status::kCreating;
  pid_t pid = 0;            // the container's first process, as the host numbers it; 0: none yet
  uint64_t start_time = 0;  // of that process, so that a reused PID is never mistaken for it
  std::string created;      // RFC 3339, UTC
  uid_t owner = 0;
  std::string bundle;  // the folder that it was made of; empty before lesson 04
  StoredConfig config;
  std::vector<Note> notes;  // what has to be undone, in the order it was made
};

/// The record as one line, its config first.
std::string to_json(const Record& record);
/// Throws Error naming `path` if it is not what to_json writes.
Record record_from_json(const std::string& text, const std::string& path);

/// Whether `id` is `[A-Za-z0-9_+.-]`, 1 to 200 of them, and not "." or "..": it becomes a folder's
/// name.
bool is_id(const std::string& id);
/// Throws UsageError unless it is.
void check_id(const std::string& id);
/// Twelve random hexadecimal digits.
std::string random_id();

/// A container's state folder, locked (flock on the folder itself, gone with the process that held
/// it): two runtimes never change one container at once.
class State : public Undo {
 public:
  /// Makes the folder, which claims the ID. What is in the record is written with the first note, or
  /// when there is a process.
  /// Throws Error if the ID is taken.
  static State make(const std::string& id, oci::Config config, const std::string& bundle = "");
  /// Opens and locks it.
  /// Throws Error if there is no such container, or if another runtime holds it for longer than ten
  /// seconds.
  static State open(const std::string& id);
  /// The same; nothing if there is no such container.
  static std::optional<State> open_if_there(const std::string& id);

  /// Writes `note` before what it is about is made.
  void note(const Note& note) override;
  std::string folder() const override;
  /// Writes down which process it is.
  void born(const Child& child) override;
  /// Writes the record: whole, and renamed into place.
  void save();
  /// Lets others change it, while the container runs; and takes it again, with what they wrote. False:
  /// it was deleted meanwhile.
  void unlock();
  bool lock_again();
  /// Removes file and folder: the container is forgotten.
  void remove();

  /// The folder itself, open and locked.
  const Fd& fd() const { return folder_; }

  Record record;

 private:
  State(Fd folder, std::string path) : folder_(std::move(folder)), path_(std::move(path)) {}

  Fd folder_;
  std::string path_;
  std::string written_;  // the file's text, as far as this process knows it
};

/// Where a container's state is: ROOT/ID/state.json.
std::string state_folder(const std::string& id);
constexpr const char* kStateFile = "state.json";
/// Lesson 04: where a container that was created waits for its start.
constexpr const char* kStartSocket = "start.sock";
/// The error of a container that isn't there.
Error missing(const std::string& id);

/// The state file's text; nothing if it isn't there.
std::optional<std::string> state_text(const std::string& id);

/// Reads a record without locking: it is replaced at one moment. Nothing if there is no such
/// container. A folder without a file yet (or whose runtime was killed at once) is a record that is
/// still creating.
std::optional<Record> look_up(const std::string& id);
/// The same; a missing container is an Error.
Record find(const std::string& id);
/// The same, when whoever holds it has let go: `run` writes "running" a moment before that is so.
Record find_complete(const std::string& id);
/// The IDs of all containers, sorted.
std::vector<std::string> all_ids();

/// The container's first process, if it is complete and alive: found by PID and start time, so nothing else can
/// be meant.
std::optional<Fd> locate(const Record& record);
/// The same also for a container that isn't complete: to be looked at or ended, not to be entered.
std::optional<Fd> locate_unfinished(const Record& record);
/// The status as it is now.
Status status_now(const Record& record);

}  // namespace lockstep::pid
