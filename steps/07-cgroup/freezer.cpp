#include "07-cgroup/freezer.hpp"

#include <unistd.h>

#include "07-cgroup/limit_hints.hpp"
#include "common/os/error.hpp"

namespace lockstep::cgroup {
namespace {

constexpr int kTries = 2'000;  // a millisecond each
constexpr const char* kStateFile = "freezer.state";

/// v1's where there is one: on a hybrid machine both could be had, and v1's tells of ancestors.
const Folder* freezer_of(const Folders& folders) {
  if (const Folder* const v1 = folders.find("freezer")) return v1;
  const Folder* const v2 = folders.v2();
  return v2 != nullptr && v2->has("cgroup.freeze") ? v2 : nullptr;
}

bool has_stopped(const Folder& folder) {
  if (folder.is_v2()) return folder.number("cgroup.events", "frozen") == 1;
  return folder.read(kStateFile) == "FROZEN";
}

void write(const Folder& folder, bool frozen) {
  const char* const why =
      frozen ? "all its processes stop, wherever they are" : "and go on from there";
  if (folder.is_v2()) return folder.write("cgroup.freeze", frozen ? "1" : "0", why);
  folder.write(kStateFile, frozen ? "FROZEN" : "THAWED", why);
}

}  // namespace

bool has_freezer(const Folders& folders) { return freezer_of(folders) != nullptr; }

void freeze(const Folders& folders) {
  const Folder* const folder = freezer_of(folders);
  if (folder == nullptr)
    throw Error("the container has no cgroup that could be frozen", kNoCgroupHint);
  write(*folder, true);
  for (int i = 0; i < kTries; ++i) {
    if (has_stopped(*folder)) return;
    // v1 may stay on its way ("FREEZING") if a process forked meanwhile: asking again helps.
    if (!folder->is_v2() && i % 50 == 49) write(*folder, true);
    ::usleep(1'000);
  }
  write(*folder, false);
  throw Error(fmt::format("the cgroup {} doesn't freeze", quoted(folder->path())),
              "one of its processes hangs in the kernel (state D in `ps`)");
}

void thaw(const Folders& folders) {
  const Folder* const folder = freezer_of(folders);
  if (folder != nullptr && is_frozen(folders)) write(*folder, false);
}

bool is_frozen(const Folders& folders) {
  const Folder* const folder = freezer_of(folders);
  if (folder == nullptr) return false;
  if (folder->is_v2()) return folder->read("cgroup.freeze") == "1";
  return folder->read("freezer.self_freezing").value_or("0") == "1";
}

}  // namespace lockstep::cgroup
