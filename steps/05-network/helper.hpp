#pragma once

#include "02-pid/undo.hpp"
#include "05-network/wanted.hpp"
#include "common/os/child.hpp"
#include "common/story/story.hpp"

/// Lesson 05: the way out without root. Who may not connect a network namespace to the host's can
/// still have a program that lives in both: it reads the container's packets from a tap device and
/// opens ordinary sockets for them. pasta(1) and slirp4netns(1) are such programs.
namespace lockstep::net {

/// Which helper it is: the one that was named; without root, for who is in a network that isn't
/// internal, one that is installed (a line says so if none is).
/// Throws Error if a port is to be published, which takes pasta, and that isn't installed.
void choose_helper(Wanted& wanted);

// The next two do nothing where there is no helper.

/// On the host: throws Error if the helper that `wanted` names isn't installed, or can't publish
/// ports; notes what start_helper() will start.
void prepare_helper(const Wanted& wanted, const std::string& state, Undo& undo);

/// On the host, for the child: starts it for the child's network namespace, and returns when it has
/// set that up. It ends with the container's deletion. The host's loopback stays out of its reach.
/// Throws Error with its own words.
void start_helper(const Wanted& wanted, const std::string& state, const Child& child);

/// The undoer of "helper": ends it, and removes what it wrote. It is known by its arguments, which
/// name the container's state folder.
void stop_helper(const pid::Record& record, const Note& note);

}  // namespace lockstep::net
