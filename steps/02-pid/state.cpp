#include "02-pid/state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/cli/program.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/files.hpp"
#include "common/os/time.hpp"

namespace lockstep::pid {
namespace {

constexpr size_t kLongestId = 200;

std::string now() { return rfc3339(std::chrono::system_clock::now()); }

template <typename Act>
auto hinting_at_root(Act act) {
  try {
    return act();
  } catch (const SysError& error) {
    throw SysError(SysError::Verbatim{}, error.code(), error.what(),
                   "choose another folder with --root", error.failure());
  }
}

/// The folder of all containers, made if missing. Only its owner may look in: a config may hold
/// secrets.
Fd open_state_root() {
  const std::string& path = cli::state_root();
  if (auto there = sys::open_if_there(path, O_PATH | O_DIRECTORY)) return std::move(*there);
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    hinting_at_root([&] {
      return sys::make_directory(path.substr(0, slash), slash == std::string::npos ? 0700 : 0755,
                                 "the state files need a place");
    });
    if (slash == std::string::npos) break;
  }
  return hinting_at_root([&] { return sys::open(path, O_PATH | O_DIRECTORY); });
}

/// Without root the state may lie in /tmp, where anybody could have made the folder first.
void check_owner(const Fd& root) {
  struct stat status {};
  if (::fstat(root.get(), &status) != 0) throw SysError(errno, "fstat(state root)");
  // Borrowed root is no root: its uid 0 owns what the caller owns, and nothing else.
  if (status.st_uid == ::geteuid() || caller_uid() == 0) return;
  throw Error(fmt::format("{}: belongs to uid {}, not to uid {}", cli::state_root(), status.st_uid,
                          caller_uid()),
              "choose a folder of your own with --root, or set XDG_RUNTIME_DIR");
}

bool is_still_there(const Fd& folder) {
  struct stat status {};
  if (::fstat(folder.get(), &status) != 0) throw SysError(errno, "fstat(state folder)");
  return status.st_nlink > 0;
}

void lock(const Fd& folder, const std::string& id, int kind = LOCK_EX) {
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries; ++i) {
    if (::flock(folder.get(), kind | LOCK_NB) == 0) return;
    if (errno != EWOULDBLOCK && errno != EINTR)
      throw SysError(errno, fmt::format("flock({})", quoted(id)));
    ::usleep(10'000);
  }
  throw Error(
      fmt::format("container {} is held by another runtime for over ten seconds", quoted(id)),
      "see which with `fuser " + state_folder(id) + "`");
}

}  // namespace

bool is_id(const std::string& id) {
  const bool fits = !id.empty() && id.size() <= kLongestId && id != "." && id != "..";
  return fits && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '+' || c == '.' || c == '-';
         });
}

void check_id(const std::string& id) {
  if (is_id(id)) return;
  throw cli::UsageError(fmt::format("{} is no container ID", quoted(id.substr(0, kLongestId + 1))),
                        "an ID is 1 to 200 of the characters A-Z a-z 0-9 _ + . -");
}

std::string random_id() {
  std::array<unsigned char, 6> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) < 0) throw SysError(errno, "getrandom()");
  std::string id;
  for (const unsigned char byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

State State::make(const std::string& id, oci::Config config, const std::string& bundle) {
  check_id(id);
  const Fd root = open_state_root();
  check_owner(root);
  if (!sys::make_directory(root, id, 0700,
                           "this folder's name claims the ID, for one runtime only")) {
    throw Error(fmt::format("container {} exists already", quoted(id)),
                fmt::format("choose another --id, or remove it with `delete {}`", id));
  }
  State state(Fd(::openat(root.get(), id.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
              state_folder(id));
  if (!state.folder_) throw SysError(errno, fmt::format("open({})", quoted(state.path_)));
  lock(state.folder_, id);
  if (!is_still_there(state.folder_)) {
    throw Error(fmt::format("container {} was deleted while it was being made", quoted(id)));
  }
  config.id = id;
  config.bundle = bundle;
  state.record = {id,    Status::kCreating, 0,      0,
                  now(), caller_uid(),      bundle, StoredConfig(std::move(config)),
                  {}};
  return state;
}

State State::open(const std::string& id) {
  auto state = open_if_there(id);
  if (!state) throw missing(id);
  return std::move(*state);
}

std::optional<State> State::open_if_there(const std::string& id) {
  check_id(id);
  if (const auto root = sys::open_if_there(cli::state_root(), O_PATH | O_DIRECTORY))
    check_owner(*root);
  auto folder = sys::open_if_there(state_folder(id), O_RDONLY | O_DIRECTORY);
  if (folder) lock(*folder, id);
  if (!folder || !is_still_there(*folder)) return std::nullopt;
  State state(std::move(*folder), state_folder(id));
  state.record = find(id);
  return state;
}

Record find_complete(const std::string& id) {
  const auto folder =
      is_id(id) ? sys::open_if_there(state_folder(id), O_RDONLY | O_DIRECTORY) : std::nullopt;
  if (folder) lock(*folder, id, LOCK_SH);
  return find(id);
}

void State::note(const Note& note) {
  record.notes.push_back(note);
  save();
}

std::string State::folder() const {
  const auto real = sys::real_path(path_);
  if (!real) throw SysError(errno, fmt::format("realpath({})", quoted(path_)));
  return *real;
}

void State::save() {
  std::string text = to_json(record);
  sys::replace_file(folder_, kStateFile, text, 0600);
  written_ = std::move(text);
}

void State::unlock() {
  if (::flock(folder_.get(), LOCK_UN) != 0)
    throw SysError(errno, fmt::format("flock({}, LOCK_UN)", quoted(path_)));
}

bool State::lock_again() {
  lock(folder_, record.id);
  if (!is_still_there(folder_)) return false;
  if (state_text(record.id) == written_) return true;  // nobody was there meanwhile
  record = find(record.id);
  return true;
}

void State::remove() {
  for (const char* file : {kStartSocket, ".state.json.new", kStateFile}) {
    if (::unlinkat(folder_.get(), file, 0) != 0 && errno != ENOENT) {
      throw SysError(errno, fmt::format("unlink({}/{})", path_, file));
    }
  }
  if (::rmdir(path_.c_str()) != 0 && errno != ENOENT) {
    throw SysError(errno, fmt::format("rmdir({})", quoted(path_)),
                   "something else was put there: remove it");
  }
}

}  // namespace lockstep::pid
