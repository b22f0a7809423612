#include "09-seccomp/keyring.hpp"

#include "06-user/maps.hpp"
#include "common/os/seccomp.hpp"

namespace lockstep::seccomp {
namespace {

// keyctl_setperm(3): to find it by its name.
constexpr unsigned kUserSearch = 0x00080000;
constexpr unsigned kOthersSearch = 0x00000008;

}  // namespace

void Keyring::join() {
  if (joined_ || oci::annotated(config_, oci::kNoNewKeyringAnnotation)) return;
  joined_ = true;
  const long key = sys::join_session_keyring(
      "_ses." + config_.id, "the caller's session keyring, and the keys in it, stay outside");
  if (key == 0) return;
  sys::allow_on_key(key, usr::has_own_users(config_) ? kOthersSearch : kUserSearch,
                    "whoever comes by `exec` finds it by its name");
}

}  // namespace lockstep::seccomp
