#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/images/location.hpp"
#include "common/images/rootfs.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/temp_dir.hpp"

using namespace lockstep;
using testing::text;
namespace fs = std::filesystem;

namespace {

/// Sets a variable (nullptr: unsets it) and puts the old value back.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    const char* old = std::getenv(name);
    was_set_ = old != nullptr;
    if (was_set_) old_ = old;
    set(value);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  Variable(Variable&&) = delete;
  Variable& operator=(Variable&&) = delete;
  ~Variable() { set(was_set_ ? old_.c_str() : nullptr); }

 private:
  void set(const char* value) const {
    value == nullptr ? ::unsetenv(name_) : ::setenv(name_, value, 1);
  }
  const char* name_;
  bool was_set_ = false;
  std::string old_;
};

std::string error_of(const std::string& rootfs) {
  try {
    images::find_rootfs(rootfs);
  } catch (const Error& error) {
    return std::string(error.what()) + "\n" + error.hint();
  }
  return "no error";
}

}  // namespace

TEST_CASE("images: LOCKSTEP_STORE says where the store is; empty is as good as unset") {
  const Variable home("HOME", "/home/learner");
  const Variable data("XDG_DATA_HOME", nullptr);
  const std::string own =
      ::geteuid() == 0 ? "/var/lib/lockstep" : "/home/learner/.local/share/lockstep";
  {
    const Variable store("LOCKSTEP_STORE", "/srv/store");
    CHECK(images::store_folder() == "/srv/store");
  }
  const Variable store("LOCKSTEP_STORE", "");
  CHECK(images::store_folder() == own);
}

TEST_CASE("images: an ordinary user's store follows XDG_DATA_HOME, then HOME") {
  if (::geteuid() == 0)
    SKIP("root's store is /var/lib/lockstep; tests/images/rootless.sh tries it as a user");
  const Variable store("LOCKSTEP_STORE", nullptr);
  const Variable home("HOME", "/home/learner");
  {
    const Variable data("XDG_DATA_HOME", "/data");
    CHECK(images::store_folder() == "/data/lockstep");
  }
  const Variable data("XDG_DATA_HOME", "relative");  // the XDG specification: to be ignored
  CHECK(images::store_folder() == "/home/learner/.local/share/lockstep");
  const Variable no_home("HOME", nullptr);
  CHECK_THROWS_AS(images::store_folder(), Error);
}

TEST_CASE("images: find_rootfs takes a folder as it is") {
  const testing::TempDir there;
  CHECK(images::find_rootfs(there.path()) == there.path());
  CHECK(images::find_rootfs(there.path() + "/") == there.path() + "/");
  CHECK(images::find_rootfs(".") == ".");
}

TEST_CASE("images: find_rootfs takes a folder of the working directory before an image") {
  const testing::TempDir there;
  const fs::path before = fs::current_path();
  fs::current_path(there.path());
  const Variable store("LOCKSTEP_STORE", there.path().c_str());
  fs::create_directories("rootfs/busybox");
  CHECK(images::find_rootfs("busybox") == there / "rootfs/busybox");
  std::ofstream("busybox") << "a file is no root";
  CHECK(images::find_rootfs("busybox") == there / "rootfs/busybox");
  fs::remove("busybox");
  fs::create_directory("busybox");
  CHECK(images::find_rootfs("busybox") == "busybox");
  fs::current_path(before);
}

TEST_CASE("images: find_rootfs says how to get a missing rootfs and what the store has") {
  const testing::TempDir store;
  const Variable variable("LOCKSTEP_STORE", store.path().c_str());
  std::string error = error_of("busybox");
  CHECK(text(error) == doctest::Contains("no rootfs \"busybox\""));
  CHECK(text(error) == doctest::Contains("rootfs-fetch busybox"));
  CHECK(text(error) == doctest::Contains("none yet"));
  fs::create_directories(store / "rootfs/alpine");
  fs::create_directories(store / "rootfs/debian");
  CHECK(text(error_of("busybox")) == doctest::Contains("alpine, debian"));
}

TEST_CASE("images: find_rootfs names the folder that is missing or is none") {
  const testing::TempDir there;
  CHECK(text(error_of(there / "nothing")) ==
        doctest::Contains("nothing\": No such file or directory (ENOENT)"));
  std::ofstream(there / "file") << "x";
  CHECK(text(error_of(there / "file")) == doctest::Contains("Not a directory (ENOTDIR)"));
  CHECK(text(error_of(there / "file/x")) == doctest::Contains("Not a directory (ENOTDIR)"));
}

TEST_CASE("images: find_rootfs refuses hostile names, whatever is on the disk") {
  const testing::TempDir store;
  const Variable variable("LOCKSTEP_STORE", store.path().c_str());
  fs::create_directories(store / "rootfs/.hidden");
  fs::create_directories(store / "rootfs/-x");
  CHECK(text(error_of("")) == doctest::Contains("expected a folder, got \"\""));
  CHECK(text(error_of("..")) == doctest::Contains("is not an image's name"));
  CHECK(text(error_of("...")) == doctest::Contains("is not an image's name"));
  CHECK(text(error_of(".hidden")) == doctest::Contains("is not an image's name"));
  CHECK(text(error_of("-x")) == doctest::Contains("is not an image's name"));
  CHECK(text(error_of("a b")) == doctest::Contains("is not an image's name"));
  CHECK(text(error_of("a\nb")) == doctest::Contains("\"a\\nb\" is not an image's name"));
  CHECK(text(error_of("../../no/such/folder")) == doctest::Contains("No such file or directory"));
  CHECK(text(error_of(std::string("/tmp\0/x", 7))) == doctest::Contains("holds a NUL"));
  CHECK(text(error_of(std::string("busybox\0x", 9))) == doctest::Contains("holds a NUL"));
  CHECK(text(error_of(std::string(201, 'a'))) == doctest::Contains("is not an image's name"));
  const std::string megabyte = error_of(std::string(1 << 20, 'a'));
  CHECK(text(megabyte) == doctest::Contains("1048576 bytes"));
  CHECK(megabyte.size() < 300);
  CHECK(error_of("/" + std::string(1 << 20, 'a')).size() < 300);
}
