#pragma once

#include "02-pid/undo.hpp"
#include "05-network/nat.hpp"
#include "05-network/wanted.hpp"
#include "common/story/story.hpp"

/// Lesson 05: into a network, and out of it.
namespace lockstep::net {

/// A container's place in one of its networks.
struct Place {
  Network network;  // as it is on the disk now
  Member member;
};

/// Who joins.
struct Joiner {
  std::string container;           // its ID
  std::string state;               // its state folder
  std::vector<std::string> names;  // by which its neighbours find it
};

/// The container of `config`, whose folder `undo` knows.
Joiner joiner_of(const oci::Config& config, const Wanted& wanted, const Undo& undo);

/// Notes it, then gives the joiner a place in each network of `wanted`: addresses and ports that
/// nobody else has, written down first; then the bridge (made if it isn't there), the host's
/// settings, the rules; and its neighbours learn its names. All of it under the networks' lock.
///
/// `rules` are then still on their way. Nothing if `wanted` names no network. Throws Error: without root; no such network, an address or a port that is taken (by whom is said), no nft.
std::vector<Place> enter(const Wanted& wanted, const Joiner& joiner, RulesLoader& rules,
                         Undo& undo);

/// The undoer of "network": what enter() and the veth pairs made. Idempotent.
void leave(const pid::Record& record, const Note& note);

/// A member who has gone without leaving (the machine was started anew, its state was removed by
/// hand) is taken out as by leave().
void forget_the_gone(Networks& networks);

}  // namespace lockstep::net
