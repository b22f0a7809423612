// Mount calls, and what their errors say of the cause. In mount namespaces of their own.

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/os/borrowed_root.hpp"
#include "common/os/files.hpp"
#include "common/os/mounts.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "tests/support/deny_calls.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/users.hpp"

using namespace lockstep;
using testing::error_of;
using testing::TempDir;
using testing::text;
namespace fs = std::filesystem;

namespace {

#define NEEDS_ROOT() \
  if (::geteuid() != 0) SKIP("needs root: it mounts")

#define NEEDS_MOUNT_API()                                                            \
  if (testing::in_child([] { return sys::has_mount_api() ? "yes" : "no"; }) == "no") \
  SKIP("this kernel has no mount_setattr(2) (5.12)")

/// Runs `action` where its mounts are nobody else's.
std::string apart(const std::function<std::string()>& action) {
  return testing::in_child([&] {
    sys::unshare(CLONE_NEWNS);
    sys::mount("", "/", "", MS_REC | MS_PRIVATE);
    return action();
  });
}

/// The error of an action apart.
std::string apart_error(const std::function<void()>& action) {
  return apart([&] { return error_of(action); });
}

bool is_writable(const std::string& folder) {
  const Fd file(::open((folder + "/probe").c_str(), O_WRONLY | O_CREAT, 0600));
  return static_cast<bool>(file);
}

}  // namespace

TEST_CASE("mount: a missing mount point is named as such, a missing source too") {
  NEEDS_ROOT();
  CHECK(
      apart_error(
          [] { sys::mount("tmpfs", "/no/such", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m"); }) ==
      "mount(\"tmpfs\", \"/no/such\", \"tmpfs\", MS_NOSUID|MS_NODEV, \"size=1m\"): No such file or "
      "directory (ENOENT)\nhint: the mount point /no/such must exist");
  const TempDir folder;
  CHECK(
      apart_error([&] { sys::mount("/no/source", folder.path(), "", MS_BIND); }) ==
      "mount(\"/no/source\", \"" + folder.path() +
          "\", \"\", MS_BIND): No such file or directory (ENOENT)\nhint: the source \"/no/source\" "
          "must exist");
}

TEST_CASE("mount: a file on a folder, an unknown file system, an unknown option") {
  NEEDS_ROOT();
  const TempDir folder;
  CHECK(text(apart_error([&] { sys::mount("/dev/null", folder.path(), "", MS_BIND); })) ==
        doctest::Contains(
            "Not a directory (ENOTDIR)\nhint: one of source and target is a folder and the "
            "other is a file: both must be the same kind"));
  CHECK(text(apart_error([&] { sys::mount("x", folder.path(), "nonsensefs", 0); })) ==
        doctest::Contains(
            "No such device (ENODEV)\nhint: this kernel has no file system \"nonsensefs\""));
  CHECK(text(apart_error([&] { sys::mount("x", folder.path(), "tmpfs", 0, "colour=red"); })) ==
        doctest::Contains(
            "\"colour=red\"): Invalid argument (EINVAL)\nhint: the file system \"tmpfs\" "
            "doesn't know one of the options"));
}

TEST_CASE("mount: without the right to, the missing capability is named") {
  const TempDir folder;
  CHECK(text(testing::in_child([&]() -> std::string {
          testing::become_somebody();
          sys::mount("tmpfs", folder.path(), "tmpfs", 0);
          return "mounted";
        })) == doctest::Contains("Operation not permitted (EPERM)\nhint: this process has no "
                                 "CAP_SYS_ADMIN in its user namespace"));
}

TEST_CASE("mount: sysfs in a user namespace without a network namespace says what is missing") {
  const std::string why_not = testing::why_no_user_namespace();
  if (!why_not.empty()) SKIP(why_not);
  const TempDir folder;
  fs::permissions(folder.path(), fs::perms(0755));
  CHECK(text(testing::in_child([&]() -> std::string {
          testing::become_somebody();
          ::close(STDERR_FILENO);
          borrow_root_if_needed();
          sys::unshare(CLONE_NEWNS);
          sys::mount("sysfs", folder.path(), "sysfs", 0);
          return "mounted";
        })) ==
        doctest::Contains("Operation not permitted (EPERM)\nhint: sysfs can be mounted only by who "
                          "owns the network namespace"));
}

TEST_CASE("mount_on: it lands on the very file, wherever its name leads by now") {
  NEEDS_ROOT();
  const TempDir folder;
  fs::create_directory(folder / "target");
  CHECK(apart([&] {
          const Fd target = sys::open(folder / "target", O_PATH | O_DIRECTORY);
          fs::rename(folder / "target", folder / "moved");
          fs::create_directory_symlink("/etc", folder / "target");
          sys::mount_on("tmpfs", {target, "/inside"}, "tmpfs", 0);
          return proc::mount_of(folder / "moved")->target == folder / "moved" ? "on the folder"
                                                                              : "elsewhere";
        }) == "on the folder");
  CHECK(
      text(apart_error([&] {
        const Fd file = sys::open("/dev/null", O_PATH);
        sys::mount_on("tmpfs", {file, "/seen/from/inside"}, "tmpfs", 0);
      })) ==
      doctest::Contains("mount(\"tmpfs\", \"/seen/from/inside\", \"tmpfs\", 0): Not a directory"));
}

TEST_CASE("trees: a copy is changed off to the side, then attached complete") {
  NEEDS_ROOT();
  NEEDS_MOUNT_API();
  const TempDir source;
  const TempDir target;
  CHECK(apart([&] {
          const Fd tree = sys::clone_tree(source.path(), true);
          sys::set_mount_attributes({tree, "tree"}, {MOUNT_ATTR_RDONLY, 0, 0, true});
          const std::string before = proc::mount_of(target.path())->target;
          sys::attach(tree, {sys::open(target.path(), O_PATH), "/data"});
          return fmt::format("{} {} {}", before == target.path(), is_writable(target.path()),
                             is_writable(source.path()));
        }) == "false false true");
}

TEST_CASE("trees: errors name the source, the flags and the cause") {
  NEEDS_ROOT();
  NEEDS_MOUNT_API();
  CHECK(apart_error([] { sys::clone_tree("/no/source", true); }) ==
        "open_tree(AT_FDCWD, \"/no/source\", OPEN_TREE_CLONE|AT_RECURSIVE): No such file or "
        "directory "
        "(ENOENT)\nhint: \"/no/source\" must exist on the host");
  const TempDir folder;
  CHECK(text(apart_error([&] {
          sys::mount(folder.path(), folder.path(), "", MS_BIND);
          sys::mount("", folder.path(), "", MS_UNBINDABLE);
          sys::clone_tree(folder.path(), true);
        })) == doctest::Contains("Invalid argument (EINVAL)\nhint: the mount is unbindable"));
  CHECK(text(apart_error([&] {
          const Fd tree = sys::clone_tree(folder.path(), false);
          sys::attach(tree, folder / "missing");
        })) == doctest::Contains("/missing must exist"));
}

TEST_CASE("has_mount_api: true also for who may not mount, false where the calls are filtered") {
  const auto asked = [] { return std::string(sys::has_mount_api() ? "yes" : "no"); };
  // In processes of their own, for the answer is kept.
  NEEDS_MOUNT_API();
  CHECK(testing::in_child([&] {
          testing::become_somebody();
          return asked();
        }) == "yes");
  for (const int code : {ENOSYS, EPERM}) {
    CHECK(testing::in_child([&] {
            testing::deny_calls({{"mount_setattr", code}});
            return asked();
          }) == "no");
  }
}

TEST_CASE("pivot_root: each cause of its errors has its own hint") {
  NEEDS_ROOT();
  const TempDir folder;
  const auto pivot = [&](const std::function<void()>& prepare) {
    return apart_error([&] {
      prepare();
      sys::change_directory(folder.path());
      sys::pivot_root(".", ".");
    });
  };
  const std::string path = "\"" + folder.path() + "\"";
  CHECK(text(pivot([] {})) ==
        doctest::Contains(
            ("hint: " + path + " is not a mount point: bind it onto itself first").c_str()));
  CHECK(text(pivot([&] {
          sys::mount(folder.path(), folder.path(), "", MS_BIND);
          sys::mount("", proc::mount_of(fs::path(folder.path()).parent_path())->target, "",
                     MS_SHARED);
        })) == doctest::Contains("is shared: make it private first"));
  CHECK(text(apart_error([] {
          sys::change_directory("/");
          sys::pivot_root(".", ".");
        })) == doctest::Contains("hint: the new root is the current root, or on it"));
}

TEST_CASE("unmount: what isn't mounted") {
  NEEDS_ROOT();
  CHECK(apart_error([] { sys::unmount("/proc/self", MNT_DETACH); }) ==
        "umount2(\"/proc/self\", MNT_DETACH): Invalid argument (EINVAL)");
}
