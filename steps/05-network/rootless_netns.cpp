#include "05-network/rootless_netns.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <set>

#include "common/os/background.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/errand.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/handshake.hpp"
#include "common/os/narrate.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "common/os/text.hpp"
#include "common/users/newuidmap.hpp"
#include "common/users/subids.hpp"

namespace lockstep::net {
namespace {

constexpr const char* kHolderFile = ".rootless-netns";  // "PID STARTTIME"

struct Holder {
  pid_t pid;
  Fd process;
};

std::optional<Holder> find_holder(const Fd& folder) {
  const Fd note(::openat(folder.get(), kHolderFile, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  const auto words = note ? fields(read_all(note, kHolderFile)) : std::vector<std::string>();
  if (words.size() != 2) return std::nullopt;
  const auto pid = parse_number<pid_t>(words[0]);
  const auto start = parse_number<uint64_t>(words[1]);
  auto process = pid && start ? proc::open_living(*pid, *start) : std::nullopt;
  if (!process) return std::nullopt;
  return Holder{*pid, std::move(*process)};
}

[[noreturn]] void hold(Handshake& runtime) {
  runtime.be_child();
  runtime.await_release(Stage::kCloned);  // if that is killed before it has noted this, both end
  go_to_background("lockstep-netns");
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);  // the runtime's are blocked; this one may be ended
  for (;;) ::pause();
}

Holder start_holder(const Fd& folder) {
  Handshake handshake;
  Child child = Child::clone(
      CLONE_NEWUSER | CLONE_NEWNET, [&] { hold(handshake); },
      "without root: a network namespace for all bridges of this user, and power over it");
  handshake.be_host();
  users::write_maps_without_root(users::all_id_maps(), child.pid());
  const auto start = proc::start_time(child.pid());
  sys::replace_file(folder, kHolderFile, fmt::format("{} {}", child.pid(), start.value_or(0)),
                    0600);
  handshake.release(Stage::kCloned);
  handshake.await_exec();  // no execve here: in the background it has no descriptors any more
  Holder holder{child.pid(), child.pidfd().duplicate()};
  child.forget();
  return holder;
}

/// The containers that are in a network, but for those that a runtime is just making.
std::string members_of(const Networks& networks, const std::string& but) {
  std::set<std::string> ids;
  for (const Network& network : networks.all) {
    for (const Member& member : network.members) {
      if (member.container != but) ids.insert(member.container);
    }
  }
  return fmt::format("{}", fmt::join(ids, ", "));
}

/// Whether it has the ids that its user has now: else containers' maps would not fit.
bool has_ids_of_today(const Holder& holder) {
  const users::Maps maps = users::all_id_maps();
  const auto has = [&](const users::Map& map, const char* kind) {
    return users::are_all_seen_by(map,
                                  users::read_map(fmt::format("/proc/{}/{}", holder.pid, kind)));
  };
  return has(maps.uids, "uid_map") && has(maps.gids, "gid_map");
}

Holder start_another(const Networks& networks, const std::string& container) {
  if (const std::string others = members_of(networks, container); !others.empty())
    narrate::say(
        fmt::format("(the process that kept this user's bridges had ended: {} can't be reached in "
                    "their networks any more, until they are made anew)",
                    others));
  return start_holder(networks.folder());
}

bool has_joined(const Holder& holder) {
  return proc::namespace_of(0, "user") == proc::namespace_of(holder.pid, "user");
}

}  // namespace

bool is_rootless() { return caller_uid() != 0; }

void join_rootless_users(const Networks& networks, const std::string& container) {
  auto holder = find_holder(networks.folder());
  if (!holder) holder = start_another(networks, container);
  if (!has_ids_of_today(*holder)) {
    throw Error("this user's ids have changed since the bridges of these networks were made",
                fmt::format("delete the containers that are in a network: {}",
                            members_of(networks, container)));
  }
  const uid_t caller = caller_uid();
  sys::join_namespaces(
      holder->process, holder->pid, CLONE_NEWUSER,
      "root's powers over this user's bridges, and over what is made from here on");
  remember_caller(caller);
}

bool where_bridges_are(const std::function<void()>& body) {
  if (!is_rootless()) {
    body();
    return true;
  }
  const auto folder = sys::open_if_there(networks_folder(), O_PATH | O_DIRECTORY);
  const auto holder = folder ? find_holder(*folder) : std::nullopt;
  if (!holder) return false;
  const uid_t caller = caller_uid();
  const uint64_t users = has_joined(*holder) ? 0 : CLONE_NEWUSER;
  run_errand({.why = "somebody else has to go there: there is no way back to the host's network"},
             [&] {
               narrate::speak_as("bridges");
               sys::join_namespaces(holder->process, holder->pid, users | CLONE_NEWNET,
                                    "where this user's bridges are");
               remember_caller(caller);
               body();
               return 0;
             });
  return true;
}

void end_rootless_netns(const Networks& networks) {
  if (!is_rootless()) return;
  const bool empty = std::all_of(networks.all.begin(), networks.all.end(),
                                 [](const Network& network) { return network.members.empty(); });
  if (!empty) return;
  if (const auto holder = find_holder(networks.folder()))
    sys::send_signal(holder->process, holder->pid, SIGKILL,
                     "the last container has gone, and with this process the bridges go");
  if (::unlinkat(networks.folder().get(), kHolderFile, 0) != 0 && errno != ENOENT)
    throw SysError(errno, fmt::format("unlink({}/{})", networks_folder(), kHolderFile));
}

}  // namespace lockstep::net
