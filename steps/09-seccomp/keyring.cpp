#include "09-seccomp/keyring.hpp"

#include "common/os/seccomp.hpp"

namespace lockstep::seccomp {
namespace {

constexpr unsigned kUserSearch = 0x00080000;  // keyctl_setperm(3): to find it by its name

}  // namespace

void Keyring::join() const {
  if (oci::annotated(config_, oci::kNoNewKeyringAnnotation)) return;
  const long key = sys::join_session_keyring(
      "_ses." + config_.id, "the caller's session keyring, and the keys in it, stay outside");
  if (key == 0) return;
  sys::allow_on_key(key, kUserSearch, "the runtime of an `exec` finds it by its name");
}

}  // namespace lockstep::seccomp
