// Lesson 06's id-mapped mounts. In a child's mount namespace: nothing of the machine's is changed.

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "06-user/idmapped_mounts.hpp"
#include "06-user/user_namespace.hpp"
#include "common/os/handshake.hpp"
#include "common/os/ids.hpp"
#include "common/os/mounts.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/temp_dir.hpp"

using namespace lockstep;
namespace fs = std::filesystem;

namespace {

constexpr uint32_t kFirst = 300'000;

oci::Config with_users() {
  oci::Config config;
  config.linux.namespaces.push_back({"user", ""});
  config.linux.uid_mappings = config.linux.gid_mappings = {{0, kFirst, 1000}};
  return config;
}

}  // namespace

TEST_CASE("places: a mount with maps of its own shows those, and only it") {
  if (::geteuid() != 0) SKIP("needs root: only it may id-map the host's files");
  const testing::TempDir temporary;
  const fs::path folder = temporary.path();
  for (const char* name : {"rootfs", "volume"}) fs::create_directories(folder / name);
  fs::permissions(folder, fs::perms(0700));
  oci::Config config = with_users();
  config.root.path = folder / "rootfs";
  config.mounts = {{"/own", "bind", folder / "volume", {"bind", "idmap"}},
                   {"/container", "bind", folder / "volume", {"bind", "ridmap"}},
                   {"/plain", "bind", folder / "volume", {"bind", "ro"}}};
  config.mounts[0].uid_mappings = config.mounts[0].gid_mappings = {{0, kFirst + 5, 1}};
  overlay::Overlay overlay(config);
  usr::Places places(config, overlay);
  Handshake handshake;
  Child child = Child::clone(CLONE_NEWUSER | CLONE_NEWNS, [&] {
    handshake.be_child();
    handshake.await_release(Stage::kCloned);
    places.receive(handshake);
    sys::set_user_ids(0);
    // Whose the disk's 0 is: 5 by the mount's own map, 0 by the container's, nobody without.
    std::string seen;
    for (const std::string& path : {config.root.path, config.mounts[0].source,
                                    config.mounts[1].source, config.mounts[2].source}) {
      struct stat status {};
      seen += ::stat(path.c_str(), &status) == 0 ? fmt::format("{} ", status.st_uid) : "? ";
    }
    seen +=
        config.root.is_mount && config.mounts[0].is_tree && !config.mounts[2].is_tree ? "" : "!";
    handshake.fail(Error(seen));
  });
  handshake.be_host();
  usr::write_maps(config, child);
  places.open(child, handshake);
  handshake.release(Stage::kCloned);
  try {
    handshake.await(Stage::kMounted);
    FAIL("the child said nothing");
  } catch (const Error& error) {
    CHECK(error.what() == doctest::Contains("0 5 0 65534 "));
    CHECK(std::string(error.what()).find('!') == std::string::npos);
  }
  CHECK(config.root.path == folder / "rootfs");  // in the runtime nothing has changed
}
