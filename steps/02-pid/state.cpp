#include "02-pid/state.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "common/cli/program.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"

namespace lockstep::pid {
namespace {

constexpr const char* kFile = "state.json";

std::string folder_of(const std::string& id) { return cli::state_root() + "/" + id; }

/// "2026-11-21T20:51:11.123456789Z"
std::string now() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  std::tm utc{};
  ::gmtime_r(&time.tv_sec, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, time.tv_nsec);
}

/// The folder of all containers, made if missing. Only its owner may look in: a config may hold secrets.
Fd open_state_root() {
  const std::string path = cli::state_root();
  if (auto there = sys::open_if_there(path, O_PATH | O_DIRECTORY)) return std::move(*there);
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (::mkdir(part.c_str(), slash == std::string::npos ? 0700 : 0755) != 0 && errno != EEXIST) {
      throw SysError(errno, fmt::format("mkdir({})", quoted(part)), "choose another folder with --root");
    }
    if (slash == std::string::npos) break;
  }
  return sys::open(path, O_PATH | O_DIRECTORY);
}

/// Without root the state may lie in /tmp, where anybody could have made the folder first.
void check_owner(const Fd& root) {
  struct stat status {};
  if (::fstat(root.get(), &status) != 0) throw SysError(errno, "fstat(state root)");
  if (status.st_uid == ::geteuid() || ::geteuid() == 0) return;
  throw Error(fmt::format("{}: belongs to uid {}, not to uid {}", cli::state_root(), status.st_uid, ::geteuid()),
              "choose a folder of your own with --root, or set XDG_RUNTIME_DIR");
}

bool is_still_there(const Fd& folder) {
  struct stat status {};
  return ::fstat(folder.get(), &status) == 0 && status.st_nlink > 0;
}

void lock(const Fd& folder, const std::string& id) {
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries; ++i) {
    if (::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) return;
    if (errno != EWOULDBLOCK && errno != EINTR) throw SysError(errno, fmt::format("flock({})", quoted(id)));
    ::usleep(10'000);
  }
  throw Error(fmt::format("container {} is held by another runtime for over ten seconds", quoted(id)),
              "see which with `fuser " + folder_of(id) + "`");
}

[[noreturn]] void throw_missing(const std::string& id) {
  throw Error(fmt::format("container {} does not exist", quoted(id)), "`list` shows those that do",
              Failure::kRuntime);
}

}  // namespace

void check_id(const std::string& id) {
  constexpr size_t kLongest = 200;
  const bool fits = !id.empty() && id.size() <= kLongest && id != "." && id != "..";
  const bool plain = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
           c == '.' || c == '-';
  });
  if (fits && plain) return;
  throw cli::UsageError(fmt::format("{} is no container ID", quoted(id.substr(0, kLongest + 1))),
                        "an ID is 1 to 200 of the characters A-Z a-z 0-9 _ + . -");
}

std::string random_id() {
  std::array<unsigned char, 6> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) < 0) throw SysError(errno, "getrandom()");
  std::string id;
  for (const unsigned char byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

State State::make(const std::string& id, const oci::Config& config) {
  check_id(id);
  const Fd root = open_state_root();
  check_owner(root);
  if (!sys::make_directory(root, id, 0700, "this folder's name claims the ID, for one runtime only")) {
    throw Error(fmt::format("container {} exists already", quoted(id)),
                fmt::format("choose another --id, or remove it with `delete {}`", id));
  }
  State state(Fd(::openat(root.get(), id.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), folder_of(id));
  if (!state.folder_) throw SysError(errno, fmt::format("open({})", quoted(state.path_)));
  lock(state.folder_, id);
  if (!is_still_there(state.folder_)) {
    throw Error(fmt::format("container {} was deleted while it was being made", quoted(id)));
  }
  state.record = {id, Status::kCreating, 0, 0, now(), caller_uid(), config, {}};
  state.save();
  return state;
}

State State::open(const std::string& id) {
  check_id(id);
  auto folder = sys::open_if_there(folder_of(id), O_RDONLY | O_DIRECTORY);
  if (!folder) throw_missing(id);
  lock(*folder, id);
  if (!is_still_there(*folder)) throw_missing(id);
  State state(std::move(*folder), folder_of(id));
  state.record = find(id);
  return state;
}

void State::note(const Note& note) {
  record.notes.push_back(note);
  save();
}

void State::save() { sys::replace_file(folder_, kFile, to_json(record), 0600); }

void State::unlock() {
  if (::flock(folder_.get(), LOCK_UN) != 0) throw SysError(errno, fmt::format("flock({}, LOCK_UN)", quoted(path_)));
}

bool State::lock_again() {
  lock(folder_, record.id);
  if (!is_still_there(folder_)) return false;
  record = find(record.id);
  return true;
}

void State::remove() {
  for (const char* file : {".state.json.new", kFile}) {
    if (::unlinkat(folder_.get(), file, 0) != 0 && errno != ENOENT) {
      throw SysError(errno, fmt::format("unlink({}/{})", path_, file));
    }
  }
  if (::rmdir(path_.c_str()) != 0 && errno != ENOENT) {
    throw SysError(errno, fmt::format("rmdir({})", quoted(path_)), "something else was put there: remove it");
  }
}

std::optional<Record> look_up(const std::string& id) {
  check_id(id);
  const auto folder = sys::open_if_there(folder_of(id), O_PATH | O_DIRECTORY);
  if (!folder) return std::nullopt;
  const std::string path = folder_of(id) + "/" + kFile;
  const auto file = sys::open_if_there(path, O_RDONLY);
  if (!file) {
    Record unfinished;
    unfinished.id = id;
    return unfinished;
  }
  return record_from_json(read_all(*file, path), path);
}

Record find(const std::string& id) {
  auto record = look_up(id);
  if (!record) throw_missing(id);
  return std::move(*record);
}

std::vector<std::string> all_ids() {
  std::vector<std::string> ids;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(cli::state_root().c_str()), ::closedir);
  if (!folder) {
    if (errno == ENOENT) return ids;  // no container was ever made
    throw SysError(errno, fmt::format("opendir({})", quoted(cli::state_root())));
  }
  while (const dirent* entry = ::readdir(folder.get())) {
    if (entry->d_name[0] != '.' || std::string_view(entry->d_name).size() > 2) ids.emplace_back(entry->d_name);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::optional<Fd> locate(const Record& record) {
  if (record.pid <= 0) return std::nullopt;
  auto pidfd = sys::open_pid(record.pid);
  // Looked at after the pidfd was opened: if the times agree, the descriptor means that very process.
  const auto stat = proc::stat(record.pid);
  if (!stat || stat->start_time != record.start_time || stat->state == 'Z') return std::nullopt;
  return pidfd;
}

Status status_now(const Record& record) {
  if (record.status == Status::kCreating) return Status::kCreating;
  return locate(record) ? record.status : Status::kStopped;
}

}  // namespace lockstep::pid
