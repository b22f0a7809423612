#pragma once

#include <functional>

#include "05-network/networks.hpp"

/// Lesson 05: where the bridges of an ordinary user are.
///
/// A cable has two ends, and only who has power over the network namespaces at both can lay it. No
/// user has any over the host's. So each user is given one more, in a user namespace of theirs: a
/// process holds the two, and does nothing else.
///
///     user namespace of alice                     (held by "lockstep-netns")
///       network namespace   ls-web 10.77.0.1 ─┬─ lsv4f…
///                                             └─ lsv91…
///       containers          eth0 10.77.0.2 … and pasta's tap, which is the way out
///
/// The runtime joins the user namespace before it clones a container, so it has power over that, too.
/// Bridges in there lead to neighbours only; in and out it goes by a helper of each container's own
/// (helper.hpp).
/// See: user_namespaces(7), "Capabilities"; podman(1) calls it rootless-netns
namespace lockstep::net {

/// On the host: whether the bridges are in such a namespace, for this is an ordinary user's runtime,
/// also if it has borrowed root.
bool is_rootless();

/// From here on this process, which makes `container`, is root in the caller's user namespace. That
/// is made if it isn't there; if it had ended too early, a line names whom that cut off. Under the
/// lock of `networks`.
/// Throws Error, also if it was made with other ids than its user has now.
void join_rootless_users(const Networks& networks, const std::string& container);

/// Does `body` where the bridges are: for root here, else in a child process. False, and nothing is
/// done, if there is no such place any more, and so no bridge.
bool where_bridges_are(const std::function<void()>& body);

/// When no container is in any of `networks`: the namespace goes, with its bridges.
void end_rootless_netns(const Networks& networks);

}  // namespace lockstep::net
