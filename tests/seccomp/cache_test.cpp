// What a filter is kept under. (Whether it is believed: cache.sh.)
#include "09-seccomp/cache.hpp"

#include "09-seccomp/profile.hpp"
#include "tests/support/doctest.hpp"

namespace lockstep::seccomp {
namespace {

TEST_CASE("seccomp cache: a key says all that matters") {
  oci::Seccomp profile = default_profile({});
  const std::string key = key_of(profile);
  CHECK(key == key_of(default_profile({})));
  CHECK(key != key_of(default_profile({"CAP_SYS_CHROOT"})));
  profile.syscalls[0].errno_ret = 0;
  CHECK(key != key_of(profile));
  profile = default_profile({});
  profile.architectures.pop_back();
  CHECK(key != key_of(profile));
  profile = default_profile({});
  profile.default_errno_ret = 38;
  CHECK(key != key_of(profile));
  profile = default_profile({});
  profile.syscalls.back().names.emplace_back("x");
  CHECK(key != key_of(profile));
  // Words can't run into each other.
  oci::Seccomp one;
  oci::Seccomp other;
  one.syscalls = {{{"ab", "c"}, "SCMP_ACT_ALLOW", std::nullopt}};
  other.syscalls = {{{"a", "bc"}, "SCMP_ACT_ALLOW", std::nullopt}};
  CHECK(key_of(one) != key_of(other));
  other = one;
  other.flags = {"SECCOMP_FILTER_FLAG_LOG"};
  CHECK(key_of(one) != key_of(other));
  CHECK(key_of("{}") != key_of("{ }"));
}
}  // namespace
}  // namespace lockstep::seccomp
