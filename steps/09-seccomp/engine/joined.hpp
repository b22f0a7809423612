#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/oci/config.hpp"
#include "common/os/fd.hpp"

/// Lesson 09: namespaces that are there already, those of `linux.namespaces` with a path: the containers
/// of a pod share some. (A network alone is lesson 05's, join.hpp.)
namespace lockstep::engine {

class JoinedNamespaces {
 public:
  explicit JoinedNamespaces(oci::Config& config) : config_(config) {}

  /// On the host: opens them, checks that each is of its type, and gives the config the maps of a user
  /// namespace among them. What is this process's own already is not joined.
  /// Throws Error that names the place.
  void open();
  /// For `exec`: a joined user namespace's maps, from the container's first process.
  void read_maps_of(pid_t container);

  /// `namespaces` (CLONE_NEW*) without those that are joined, or shared with the host.
  uint64_t but_for_shared(uint64_t namespaces) const;
  bool empty() const { return joined_.empty(); }
  /// In a process in between, whose next child will be in all of them. Who has no power over one gets
  /// it by the user namespace that owns it, so that is joined in the middle: after those that are the
  /// host's, before those that are its own.
  /// See: setns(2), user_namespaces(7)
  void enter() const;

 private:
  struct Joined {
    std::string place;  // in config.json
    std::string path;
    uint64_t flag;
    Fd file;
  };
  void open(const oci::Namespace& item, const std::string& place);
  void take_maps(const Fd& users);
  bool try_to_enter(const Joined& one) const;

  oci::Config& config_;
  std::vector<Joined> joined_;
  uint64_t own_ = 0;  // named by a path, and this process's already
};

}  // namespace lockstep::engine
