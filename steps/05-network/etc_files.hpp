#pragma once

#include <string>
#include <vector>

#include "02-pid/undo.hpp"
#include "05-network/members.hpp"
#include "05-network/wanted.hpp"
#include "common/oci/config.hpp"
#include "common/os/fd.hpp"

/// Lesson 05: /etc/hosts, /etc/hostname, /etc/resolv.conf and /etc/localtime.
///
/// A rootfs is made on another machine and doesn't know this one: which name servers there are, who
/// the neighbours are. Its own files are not changed: ours, which lie in the container's state
/// folder, are bound over them, read-only. Where the rootfs has a link, ours lies over the link
/// itself: it is never followed, so nothing is ever written, or covered, where it leads.
/// See: hosts(5), resolv.conf(5), localtime(5), hostname(5)
namespace lockstep::net {

class EtcFiles {
 public:
  /// On the host, before it enters a network: notes and makes them. For a bundle, which names such
  /// mounts itself, nothing.
  void prepare(const oci::Config& config, const Wanted& wanted, const Joiner& joiner, Undo& undo);
  /// Inside, while the child is still whoever made it: opens them. A user of lesson 06 may have no
  /// way to the state folder.
  void open();
  /// Inside, before enter_rootfs: binds them. What the rootfs lacks is made there as an empty file;
  /// what the config mounts itself is left to it.
  /// Closes them: what waits for `start` holds nothing of the host's.
  void mount(const oci::Config& config);

 private:
  struct File {
    std::string target;  // "/etc/hosts"
    std::string source;  // on the host
    Fd tree;             // as root, where the kernel can: a copy of its mount, made on the host
    Fd opened;           // else the file, in the child's mounts
  };
  void add(const std::string& name, const std::string& text, const oci::Linux& linux);

  std::string folder_;
  std::vector<File> files_;
};

/// The undoer of "etc-files".
void remove_etc_files(const pid::Record& record, const Note& note);

}  // namespace lockstep::net
