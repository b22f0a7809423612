#include "05-network/rootless_netns.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "common/os/background.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/errand.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/handshake.hpp"
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

std::optional<Holder> find_holder() {
  const auto words = fields(proc::read_file(networks_folder() + "/" + kHolderFile).value_or(""));
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
  Holder holder{child.pid(), child.pidfd().duplicate()};
  child.forget();
  return holder;
}

bool has_joined(const Holder& holder) {
  return proc::namespace_of(0, "user") == proc::namespace_of(holder.pid, "user");
}

}  // namespace

bool is_rootless() { return caller_uid() != 0; }

void join_rootless_users(const Networks& networks) {
  auto holder = find_holder();
  if (!holder) holder = start_holder(networks.folder());
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
  const auto holder = find_holder();
  if (!holder) return false;
  const uid_t caller = caller_uid();
  const uint64_t users = has_joined(*holder) ? 0 : CLONE_NEWUSER;
  run_errand({.why = "somebody else has to go there: there is no way back to the host's network"},
             [&] {
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
  if (const auto holder = find_holder())
    sys::send_signal(holder->process, holder->pid, SIGKILL,
                     "the last container has gone, and with this process the bridges go");
  if (::unlinkat(networks.folder().get(), kHolderFile, 0) != 0 && errno != ENOENT)
    throw SysError(errno, fmt::format("unlink({}/{})", networks_folder(), kHolderFile));
}

}  // namespace lockstep::net
