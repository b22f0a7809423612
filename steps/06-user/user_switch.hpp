#pragma once

#include <optional>

#include "common/oci/config.hpp"
#include "common/os/handshake.hpp"

/// Lesson 06: the container's root becomes the user that was asked for.
namespace lockstep::usr {

class UserSwitch {
 public:
  explicit UserSwitch(const oci::Config& config) : config_(config) {}

  /// Inside, after enter_rootfs: `process` with its user's numbers, groups and HOME. Looked up by
  /// the words of `exec --user`, else of the container's own user (kUserAnnotation: --user, or the
  /// image's), in the rootfs's own passwd and group (accounts.hpp); without words `process.user`
  /// stands as it is. Who has come by `exec` becomes the container's root first, to be let in.
  /// Order: at the latest before "created", so that `create` can say already that there is no such
  /// user.
  /// Throws Error for a user or group that isn't there, or that the container has no id for.
  oci::Process resolve(const oci::Process& process, Handshake& host);

  /// Inside, as a part of `become`: gives the user the terminal, then takes the user's groups,
  /// group and user id, in this order: without CAP_SETGID, which goes with the user id, no group
  /// could be left any more. Root's capabilities go with it, too.
  /// Order: after all that takes root's power; before the program is looked for, which must be the
  /// user's to execute.
  /// Break it: change the order, and `run --user nobody … id` fails: who isn't root any more can't
  /// change groups.
  /// See: credentials(7), setresuid(2), setgroups(2)
  void become(const oci::Process& process, Handshake& host) const;

 private:
  void check_is_mapped(const oci::User& user) const;
  /// Who `words` mean becomes the process's user. Returns their home.
  std::string look_up(oci::Process& process, const std::string& words, bool is_own) const;

  const oci::Config& config_;
  std::optional<oci::Process> own_;  // resolved already
};

constexpr const char* kGroupsAnnotation = "io.lockstep.group-add";  // "audio,1005": --group-add

}  // namespace lockstep::usr
