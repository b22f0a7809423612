// Looking containers up, without holding them.
#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <memory>

#include "02-pid/state.hpp"
#include "common/cli/program.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "common/os/read_folder.hpp"

namespace lockstep::pid {

std::string state_folder(const std::string& id) { return cli::state_root() + "/" + id; }

Error missing(const std::string& id) {
  return Error(fmt::format("container {} does not exist", quoted(id)),
               "`list` shows those that do");
}

std::optional<std::string> state_text(const std::string& id) {
  const std::string path = state_folder(id) + "/" + kStateFile;
  // Neither elsewhere nor, should it be a pipe, without end.
  const auto file = sys::open_if_there(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file) return std::nullopt;
  return read_all(*file, path);
}

std::optional<Record> look_up(const std::string& id) {
  check_id(id);
  const auto folder = sys::open_if_there(state_folder(id), O_PATH | O_DIRECTORY);
  if (!folder) return std::nullopt;
  const auto text = state_text(id);
  if (!text) {
    Record unfinished;
    unfinished.id = id;
    return unfinished;
  }
  try {
    const std::string path = state_folder(id) + "/" + kStateFile;
    auto record = record_from_json(*text, path);
    if (record.id == id) return record;
    throw Error(fmt::format("{}: id: expected {}, got {}", path, quoted(id), quoted(record.id)));
  } catch (const SysError&) {
    throw;
  } catch (const Error& error) {
    throw Error(error.what(), fmt::format("the state file is damaged: end what still runs of the "
                                          "container, then remove the folder {}",
                                          state_folder(id)));
  }
}

Record find(const std::string& id) {
  auto record = look_up(id);
  if (!record) throw missing(id);
  return std::move(*record);
}

std::vector<std::string> all_ids() {
  std::vector<std::string> ids;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(cli::state_root().c_str()),
                                                   ::closedir);
  if (!folder) {
    if (errno == ENOENT) return ids;  // no container was ever made
    throw SysError(errno, fmt::format("opendir({})", quoted(cli::state_root())),
                   "choose another folder with --root");
  }
  while (const dirent* entry = sys::next_entry(folder.get(), cli::state_root())) {
    if (is_id(entry->d_name)) ids.emplace_back(entry->d_name);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::optional<Fd> locate(const Record& record) {
  if (record.status == Status::kCreating) return std::nullopt;
  return locate_unfinished(record);
}

std::optional<Fd> locate_unfinished(const Record& record) {
  return proc::open_living(record.pid, record.start_time);
}

Status status_now(const Record& record) {
  if (record.status == Status::kCreating) return Status::kCreating;
  return locate(record) ? record.status : Status::kStopped;
}

}  // namespace lockstep::pid
