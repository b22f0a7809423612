#include "03-mount/propagation.hpp"

#include "common/os/mount_api.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"

using namespace lockstep;

namespace {

oci::Config with(const std::string& propagation) {
  oci::Config config;
  config.linux.rootfs_propagation = propagation;
  return config;
}

}  // namespace

TEST_CASE("propagation: without a wish the host's later mounts may arrive, ours never get out") {
  CHECK(mnt::root_propagation(with("")) == MS_SLAVE);
}

TEST_CASE("propagation: the config's word decides; unbindable can be had only at the end") {
  CHECK(mnt::root_propagation(with("private")) == MS_PRIVATE);
  CHECK(mnt::root_propagation(with("slave")) == MS_SLAVE);
  CHECK(mnt::root_propagation(with("shared")) == MS_SHARED);
  CHECK(mnt::root_propagation(with("unbindable")) == MS_SLAVE);
  CHECK(mnt::root_propagation(with("rprivate")) == MS_PRIVATE);
}

TEST_CASE("propagation: another word is an error that names the place and what could stand there") {
  CHECK(testing::error_of([] { mnt::root_propagation(with("secret")); }) ==
        "config.json: linux.rootfsPropagation: expected private, slave, shared or unbindable, got "
        "\"secret\"");
}
