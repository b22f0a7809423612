#pragma once

#include "05-network/networks.hpp"
#include "common/os/run_program.hpp"

/// Lesson 05: the way out of a network, and the ways in. The kernel's packet filter rewrites
/// addresses: a container's becomes the host's on the way out (masquerade), the host's becomes a
/// container's on the way in (a published port). See: nft(8)
namespace lockstep::net {

/// All rules that `networks` need, as nft(8) reads them: one table, "inet lockstep", which replaces
/// the one before at one moment. Empty if no network has a member.
///
/// It is always the whole of it, made from what is on the disk: so a runtime that was killed in
/// between leaves nothing that the next one wouldn't set right.
std::string ruleset(const std::vector<Network>& networks);

/// Gives rules to `nft -f -`, which goes on beside this process until finish(): to start a program
/// is the slowest part of all that a network takes, and other work can be done meanwhile.
class RulesLoader {
 public:
  /// `lock` is the networks' (Networks::folder()): nft holds it, too, so that no later rules can
  /// overtake these, even if this process lets go of it or is killed.
  void start(const std::string& rules, const Fd& lock);
  /// Waits until the kernel has them; nothing if none were started. Throws Error with nft's own
  /// words.
  void finish();

 private:
  std::optional<RunningProgram> nft_;
};

/// Throws Error that says how to get nft, if there is none.
void check_nft();

}  // namespace lockstep::net
