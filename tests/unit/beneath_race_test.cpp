// Files beneath a root whose owner changes it meanwhile.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "common/os/beneath.hpp"
#include "common/os/child.hpp"
#include "tests/support/deny_calls.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/in_child.hpp"
#include "tests/unit/hostile_tree.hpp"

using namespace lockstep;
using testing::HostileTree;
namespace fs = std::filesystem;

namespace {

/// Exchanges two names without an end, in a process of its own.
Child swap_for_ever(const std::string& one, const std::string& other) {
  return Child::clone(0, [&] {
    for (;;) ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
  });
}

struct Seen {
  int inside = 0;
  int outside = 0;
  int nothing = 0;
};

/// Opens `path` again and again, in whichever way this process has.
Seen look_often(const HostileTree& tree, const std::string& path) {
  constexpr int kTimes = 20000;
  const Beneath root = Beneath::open_root(tree.root());
  Seen seen;
  for (int i = 0; i < kTimes; ++i) {
    try {
      const auto fd = root.open(path, O_RDONLY);
      const std::string text = fd ? read_all(*fd, path) : "";
      ++(text == "OUTSIDE" ? seen.outside : text == "inside" ? seen.inside : seen.nothing);
    } catch (const Error&) {
      ++seen.nothing;  // EXDEV: the kernel noticed that it had been led out
    }
  }
  return seen;
}

std::string verdict(const Seen& seen) {
  if (seen.outside > 0) return fmt::format("led out {} times", seen.outside);
  // A swap that never hit would prove nothing.
  return seen.inside > 0 && seen.nothing > 0 ? "stayed inside" : "the swap never showed";
}

/// Both ways, while `one` and `other` are exchanged all the time.
void race(const HostileTree& tree, const std::string& one, const std::string& other,
          const std::string& path) {
  const Child swapper = swap_for_ever(tree.outer() + "/" + one, tree.outer() + "/" + other);
  CHECK(verdict(look_often(tree, path)) == "stayed inside");
  CHECK(testing::in_child([&] {
          testing::deny_calls({{"openat2"}});
          return verdict(look_often(tree, path));
        }) == "stayed inside");
}

}  // namespace

TEST_CASE("beneath: a folder that becomes a link to the host, and back, leads nowhere") {
  const HostileTree tree;
  fs::create_directory(tree.root() + "/swap");
  std::ofstream(tree.root() + "/swap/secret") << "inside";
  fs::create_symlink(tree.outer(), tree.root() + "/swap-link");
  race(tree, "root/swap", "root/swap-link", "swap/secret");
}

TEST_CASE("beneath: a folder that is moved out while \"..\" is followed in it leads nowhere") {
  const HostileTree tree;
  // dir/climbing-file is "../../secret": seen from outer/x/dir, that is the host's.
  fs::create_directory(tree.outer() + "/x/dir");
  race(tree, "root/dir", "x/dir", "dir/climbing-file");
}
