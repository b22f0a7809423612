#pragma once

#include <sys/types.h>

namespace lockstep {

/// Without root, the steps up to 05 borrow it: a user namespace in which the caller's own id is
/// shown as 0, and which has every capability over the namespaces that are made in it, and none
/// over the host's. Lesson 06 opens this box and puts the container's own user namespace in its
/// place.
///
/// Does nothing if the process has CAP_SYS_ADMIN already. Else makes the namespace, maps the
/// caller's uid and gid (a single-id map, so setgroups(2) is denied first: see user_namespaces(7))
/// and says so in one line on standard error. Throws SysError with the machine's reason where user
/// namespaces are forbidden. To be called while single-threaded, before any other namespace is
/// made.
void borrow_root_if_needed();

/// From lesson 06 on: a container has a user namespace of its own instead, and these two never
/// nest. borrow_root_if_needed does nothing from now on.
void never_borrow_root();

/// Who called this program: its user's id as the host knows it, also after root was borrowed
/// (geteuid(2) says 0 from then on). Decides where that user's files are.
uid_t caller_uid();

/// For a process that was given another id otherwise, in a user namespace: caller_uid() goes on
/// naming who called.
void remember_caller(uid_t uid);

/// Whether this process has CAP_SYS_ADMIN in its user namespace.
bool has_root_powers();

}  // namespace lockstep
