#include "04-overlay/changes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "04-overlay/sandbox.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/text.hpp"
#include "common/users/own_root.hpp"
#include "common/users/subids.hpp"

namespace lockstep::overlay {
namespace {

std::string folder_of(const pid::Record& record) {
  if (has_sandbox(record.config)) return oci::annotation(record.config, oci::kSandboxAnnotation);
  throw Error(fmt::format("container {} has no image: nothing tells what it changed in {} from "
                          "what was there",
                          quoted(record.id), quoted(record.config.root.path)),
              "`run IMAGE …` makes containers whose changes are kept apart");
}

std::vector<std::string> lines_of(const Fd& sandbox, const char* name) {
  const Fd file(::openat(sandbox.get(), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) throw SysError(errno, fmt::format("open({})", quoted(name)));
  std::vector<std::string> lines = split(read_all(file, name), '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace

Changes open_changes(const pid::Record& record) {
  const std::string folder = folder_of(record);
  const auto sandbox = sys::open_if_there(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!sandbox) {
    throw Error(
        fmt::format("container {} has lost its files: {} is gone", quoted(record.id), folder),
        fmt::format("`delete --force {}` clears the rest", record.id));
  }
  Changes changes;
  changes.whole = ::faccessat(sandbox->get(), "copied", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
  const char* const tree = changes.whole ? "merged" : "upper";
  changes.path = folder + "/" + tree;
  changes.tree = sys::open(changes.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  changes.layers = lines_of(*sandbox, "layers");
  const auto image = lines_of(*sandbox, "image");
  if (image.size() != 2) {
    throw Error(fmt::format("{}/image: expected a name and a digest, a line each", folder));
  }
  changes.image = image[0];
  changes.digest = image[1];
  const std::string containers = folder.substr(0, folder.rfind('/'));
  changes.store = containers.substr(0, containers.rfind('/'));
  changes.marks = record.owner == 0 ? images::own_marks() : images::Marks::kUser;
  return changes;
}

int with_power_over_files(const pid::Record& record, const std::function<int()>& body) {
  if (has_root_powers()) return body();
  const oci::Linux& linux = record.config.linux;
  users::Maps maps = {linux.uid_mappings, linux.gid_mappings};
  if (maps.uids.empty()) maps = users::own_id_maps();  // it had borrowed root
  return users::with_root_over(maps, body);
}

}  // namespace lockstep::overlay
