// Lesson 06's id-mapped trees, as an overlay of an image's layers will use them. In a child's mount
// namespace: nothing of the machine's is changed.

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "06-user/idmapped_mounts.hpp"
#include "06-user/mapped_tree.hpp"
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

/// The child: what it sees of the trees, and of an overlay of them, in a status: 0 is all well.
int look(Handshake& host, size_t count) {
  std::vector<Fd> trees;
  for (size_t i = 0; i < count; ++i) trees.push_back(host.receive());
  sys::set_group_ids(0);
  sys::set_user_ids(0);
  struct stat status {};
  for (const Fd& tree : trees) {
    if (::fstat(tree.get(), &status) != 0 || status.st_uid != 0) return 1;
  }
  const std::string at = trees[1].path() + "/merged";
  const std::string layers =
      fmt::format("lowerdir={0},upperdir={1}/upper,workdir={1}/work,userxattr", trees[0].path(),
                  trees[1].path());
  if (::mount("overlay", at.c_str(), "overlay", 0, layers.c_str()) != 0) return 2;
  const Fd merged(::open((at + "/file").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (::fstat(merged.get(), &status) != 0 || status.st_uid != 0) return 3;
  return ::write(merged.get(), "more", 4) == 4 ? 0 : 4;
}

}  // namespace

TEST_CASE("mapped trees: layers belong to the container's root, and so does an overlay of them") {
  if (::geteuid() != 0) SKIP("needs root: only it may id-map the host's files");
  const testing::TempDir temporary;
  const fs::path folder = temporary.path();
  fs::permissions(folder, fs::perms(0700));  // closed to the container's root
  for (const char* name : {"lower", "sandbox/upper", "sandbox/work", "sandbox/merged"})
    fs::create_directories(folder / name);
  std::ofstream(folder / "lower/file") << "layer";
  const oci::Config config = with_users();
  Handshake handshake;
  Child child = Child::clone(CLONE_NEWUSER | CLONE_NEWNS, [&] {
    handshake.be_child();
    handshake.await_release(Stage::kCloned);
    ::_exit(look(handshake, 2));
  });
  handshake.be_host();
  usr::write_maps(config, child);
  std::vector<Fd> trees;
  try {
    trees = usr::idmapped_trees(child, {folder / "lower", folder / "sandbox"});
  } catch (const SysError&) {
    SKIP("this file system can't be id-mapped");
  }
  for (const Fd& tree : trees) handshake.send(tree);
  handshake.release(Stage::kCloned);
  const int seen = child.wait().shell_code();
  if (seen == 2) SKIP("this kernel's overlay takes no id-mapped layers in a user namespace");
  CHECK(seen == 0);
  // On the disk: the layer as it was, and its copy in the upper folder, both of the disk's 0.
  struct stat status {};
  CHECK(fs::file_size(folder / "lower/file") == 5);
  REQUIRE(::stat((folder / "sandbox/upper/file").c_str(), &status) == 0);
  CHECK(status.st_uid == 0);
  CHECK(status.st_size == 9);
}

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
