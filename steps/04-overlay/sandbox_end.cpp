#include "04-overlay/sandbox_end.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "04-overlay/sandbox.hpp"
#include "common/images/empty_folder.hpp"
#include "common/images/location.hpp"
#include "common/images/store.hpp"
#include "common/os/files.hpp"
#include "common/os/text.hpp"
#include "common/users/own_root.hpp"

namespace lockstep::overlay {
namespace {

void remove_folder(const std::string& path) {
  const auto folder = sys::open_if_there(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!folder) return;
  users::with_root_if_needed([&] { images::empty_folder(*folder); });
  if (::rmdir(path.c_str()) != 0 && errno != ENOENT)
    throw SysError(errno, fmt::format("rmdir({})", quoted(path)));
}

}  // namespace

/// Absolute, and without links where it is there.
std::string real_path(const std::string& path) {
  if (auto real = sys::real_path(path)) return std::move(*real);
  return errno == ENOENT ? sys::absolute(path) : path;
}

std::string containers_of(const std::string& store) { return real_path(store) + "/containers"; }

std::string own_state(const std::string& id) {
  const std::string folder = pid::state_folder(id);
  return real_path(folder.substr(0, folder.rfind('/'))) + "/" + id;
}

std::string owner_of(const std::string& sandbox) {
  const auto file = sys::open_if_there(sandbox + "/state", O_RDONLY | O_NOFOLLOW);
  return file ? split(read_all(*file, sandbox + "/state"), '\n').front() : "";
}

void remove_sandbox(const std::string& sandbox, const std::string& spare) {
  remove_folder(spare);
  if (::rename(sandbox.c_str(), spare.c_str()) != 0 && errno != ENOENT)
    throw SysError(errno, fmt::format("rename({}, {})", quoted(sandbox), quoted(spare)));
  remove_folder(spare);
}

namespace {

/// Of a container whose state is gone. Only with the store to oneself, so that nobody is just making
/// one: under a spare name, which no note tells any more, anything may lie.
void remove_by_id(const std::string& id) {
  const auto store = images::store_folder_if_known();
  if (!store || ::access((*store + "/containers").c_str(), R_OK | W_OK | X_OK) != 0) return;
  const auto folder = sys::open_if_there(*store + "/containers", O_RDONLY | O_DIRECTORY);
  if (!folder) return;
  const std::string sandbox = containers_of(*store) + "/" + id;
  std::vector<std::string> found;
  for (const std::string& name : images::names_in(*folder)) {
    if (name.starts_with(id + "~")) found.push_back(containers_of(*store) + "/" + name);
  }
  const bool ours = owner_of(sandbox) == own_state(id);
  if (found.empty() && !ours) return;
  const images::Store alone = images::Store::open_to_write();
  for (const std::string& spare : found) {
    if (owner_of(spare).empty() || owner_of(spare) == own_state(id)) remove_folder(spare);
  }
  if (ours) remove_sandbox(sandbox, sandbox + "~");
}

void undo_sandbox(const pid::Record& record, const Note& note) {
  if (note.what.empty()) return remove_by_id(record.id);
  const std::string& sandbox = note.what.at("path");
  const std::string& spare = note.what.at("spare");
  if (owner_of(sandbox) == own_state(record.id)) return remove_sandbox(sandbox, spare);
  remove_folder(spare);
}

}  // namespace

pid::UndoTable undoers() { return {{kSandboxNote, undo_sandbox}}; }

}  // namespace lockstep::overlay
