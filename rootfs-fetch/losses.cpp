#include "rootfs-fetch/losses.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>

#include "common/images/location.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/fd.hpp"
#include "common/os/narrate.hpp"
#include "common/users/newuidmap.hpp"
#include "common/users/own_root.hpp"
#include "common/users/subids.hpp"

namespace lockstep::fetch {
namespace {

struct Count {
  size_t count = 0;
  std::string first;
};

struct Counts {
  std::mutex mutex;
  std::array<Count, 3> counts;
};

Counts& lost() {
  static Counts instance;
  return instance;
}

void say(const Count& lost, const char* one, const char* several, const std::string& why) {
  if (lost.count == 0) return;
  const char* const who = caller_uid() == 0 ? "" : "not root: ";
  narrate::say(lost.count == 1 ? fmt::format("({}{} {}{})", who, quoted(lost.first), one, why)
                               : fmt::format("({}{} {}, {} for one{})", who, lost.count, several,
                                             quoted(lost.first), why));
}

}  // namespace

int in_the_store(const std::function<int()>& body) {
  try {
    return body();
  } catch (const SysError& error) {
    const std::string store = fmt::format("the store {}", quoted(images::store_folder()));
    const bool full = error.code() == ENOSPC || error.code() == EDQUOT;
    if (!full || std::string_view(error.what()).starts_with(store)) throw;
    throw SysError(SysError::Verbatim(), error.code(), fmt::format("{}: {}", store, error.what()),
                   "free some space there (df -h, df -i; `rootfs-fetch prune`), or choose another "
                   "place: --store DIR, or LOCKSTEP_STORE=DIR",
                   error.failure());
  }
}

namespace {

int and_say_losses(const std::function<int()>& body) {
  const int result = body();
  const auto& [owners, nodes, attributes] = lost().counts;
  say(owners, "is another user's in the image, and yours or nobody's here",
      "files are others' in the image, and yours or nobody's here", "");
  say(nodes, "is a device node, and left out", "device nodes are left out",
      "; a container gets its own /dev");
  say(attributes, "goes without attributes that only root may give",
      "files go without attributes that only root may give", "");
  return result;
}

}  // namespace

void count_loss(Loss loss, const std::string& path) {
  const std::lock_guard lock(lost().mutex);
  Count& count = lost().counts.at(static_cast<size_t>(loss));
  if (count.count++ == 0) count.first = path;
}

int with_own_files(const std::function<int()>& body) { return and_say_losses(body); }

int with_all_owners(const std::function<int()>& work) {
  const auto body = [&] { return in_the_store(work); };
  if (has_root_powers()) return and_say_losses(body);
  const users::Maps maps = users::all_id_maps();
  if (maps.single_id) return and_say_losses(body);
  Pipe begun = Pipe::make();
  try {
    return users::with_root_over(maps, [&] {
      write_all(begun.write_end, "y", "a pipe");
      return and_say_losses(body);
    });
  } catch (const Error& error) {
    begun.write_end.reset();
    if (!read_all(begun.read_end, "a pipe").empty()) throw;
    narrate::say(fmt::format("(no user namespace to be had, so all files are to be yours: {})",
                             error.what()));
  }
  return and_say_losses(body);
}

}  // namespace lockstep::fetch
