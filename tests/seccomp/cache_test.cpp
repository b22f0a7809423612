// Filters that are kept: what is believed, and what isn't.
#include "09-seccomp/cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "09-seccomp/profile.hpp"
#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/users.hpp"

namespace lockstep::seccomp {
namespace {

namespace fs = std::filesystem;

const Program kProgram = {{BPF_RET | BPF_K, 0, 0, 1}};
const Program kOther = {{BPF_RET | BPF_K, 0, 0, 2}};

bool same(const Program& one, const Program& other) {
  return one.size() == other.size() && one[0].k == other[0].k;
}

/// Whether `key` is known; kOther is kept in its place if it isn't.
bool is_known(const std::string& key) {
  bool made = false;
  remembered(key, [&] {
    made = true;
    return kProgram;
  });
  return !made;
}

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
}
}  // namespace
}  // namespace lockstep::seccomp
