#pragma once

#include <string>

#include "02-pid/pid.hpp"
#include "02-pid/undo.hpp"
#include "common/oci/config.hpp"

/// Lesson 09: a service that says itself when it is ready: systemd's Type=notify.
///
///     systemd   listens at NOTIFY_SOCKET, as the runtime's environment has it
///     runtime   ROOT/ID/notify/notify.sock, its own; what comes in there it hands on, for it is the
///               runtime from which systemd takes a word
///     inside    the same, bound at /run/notify; NOTIFY_SOCKET says so
///
/// Only that it is ready is handed on, as runc has it, with the PID of what is to be looked after. `start`
/// and `run --detach` wait for that word, or for the container's end.
/// See: sd_notify(3), systemd.service(5), "Type="
namespace lockstep::engine {

/// The host's socket, NOTIFY_SOCKET: a path or, of an abstract one, "@NAME"; empty: there is none.
/// Throws UsageError if it is neither.
std::string host_notify_socket();

/// What the container's NOTIFY_SOCKET is: "NOTIFY_SOCKET=…".
std::string notify_variable();

/// On the host, before the child is cloned: the folder of the container's socket, noted first, and its
/// mount in `config`.
void make_notify_folder(oci::Config& config, Undo& undo);
/// Afterwards: listens there. `left_running`: by `run --detach`.
void listen_for_readiness(const Undo& undo, bool left_running);

/// `attend`, which also hands on what a container that `run` has made says.
pid::Attend handing_readiness_on(pid::Attend attend);

/// The kind of note for it, and what `start` has to do.
pid::UndoTable notify_undoers();

}  // namespace lockstep::engine
