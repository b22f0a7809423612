#pragma once

#include <cstdint>
#include <functional>
#include <string>

/// What can't be had without root: it is counted while layers are unpacked, by several threads
/// maybe, and said once.
namespace lockstep::fetch {

enum class Loss : uint8_t {
  kOwner,      // another user's file is the caller's, or nobody's
  kNode,       // a device node is left out
  kAttribute,  // of those that only root may give
};

void count_loss(Loss loss, const std::string& path);

/// Calls `body`, which writes to the store: where there is no room, the error says so of the store.
int in_the_store(const std::function<int()>& body);

/// The same for what unpacks layers into the store. Without root, but with subordinate ids, in a
/// user namespace in which these are all other users than root: so files keep their owners, on disk
/// as those ids, by which the steps know them. Says what was lost all the same. To be called while
/// single-threaded. Returns what `body` returns, throws what it throws.
int with_all_owners(const std::function<int()>& body);

/// The same for files that are to be the caller's own, whoever's they are in the layers: a plain
/// folder that nobody but root could remove would be no help.
int with_own_files(const std::function<int()>& body);

}  // namespace lockstep::fetch
