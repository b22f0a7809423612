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
  if (has_sandbox(*record.config)) return oci::annotation(*record.config, oci::kSandboxAnnotation);
  throw Error(fmt::format("container {} has no image: nothing tells what it changed in {} from "
                          "what was there",
                          quoted(record.id), quoted(record.config->root.path)),
              "`run IMAGE …` makes containers whose changes are kept apart");
}

std::vector<std::string> lines_of(const Fd& sandbox, const char* name) {
  const Fd file(::openat(sandbox.get(), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) throw SysError(errno, fmt::format("open({})", quoted(name)));
  std::vector<std::string> lines = split(read_all(file, name), '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

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

/// As whose root, without root, the files are read.
users::Maps readers_maps(const pid::Record& record, bool shifted) {
  const oci::Linux& linux = record.config->linux;
  // Without maps it had borrowed root, in a network (05) with all the ids that its user has.
  if (shifted || linux.uid_mappings.empty()) return users::all_id_maps();
  return {linux.uid_mappings, linux.gid_mappings};
}

}  // namespace

int with_changes(const pid::Record& record, const std::function<int(const Changes&)>& body) {
  const auto shifted = shifted_maps(record);
  const auto read = [&] {
    Changes changes = open_changes(record);
    changes.shifted = shifted;
    if (shifted) changes.owners = owners_by(*shifted);
    return body(changes);
  };
  if (has_root_powers()) return read();
  return users::with_root_over(readers_maps(record, shifted.has_value()), read);
}

}  // namespace lockstep::overlay
