#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_dir.hpp"

namespace lockstep::testing {

/// A rootfs that wants its runtime to open a file of the host's: outer/secret is what must never be
/// reached, outer/root is where everything has to stay.
class HostileTree {
 public:
  HostileTree() {
    for (const char* folder : {"root/dir/sub", "root/etc", "root/outer", "x"}) {
      std::filesystem::create_directories(outer_ / folder);
    }
    for (const char* file : {"root/secret", "root/dir/file", "root/etc/passwd"}) {
      write(file, "inside");
    }
    write("secret", "OUTSIDE");
    link("dir", "relative");
    link("/dir", "absolute");
    link("../../../../dir", "dir/sub/climbing");
    link("../../secret", "dir/climbing-file");
    link(outer_ / "secret", "to-the-host");
    link("/etc/passwd", "absolute-file");
    link("nowhere", "dangling");
    link("/nowhere/at/all", "dangling-absolute");
    link("loop-b", "loop-a");
    link("loop-a", "loop-b");
    link("self-loop", "self-loop");
    link("dir/file/.", "file-as-folder-dot");
    link("dir/file/..", "file-as-folder-dots");
    link("dir/file/", "file-as-folder-slash");
    link("dir/", "folder-slash");
    link("/", "to-root");
    link("..", "to-parent");
    link(".", "to-itself");
    make_chain("chain-40-", 40);
    make_chain("chain-41-", 41);
  }

  std::string root() const { return outer_ / "root"; }
  std::string outer() const { return outer_.path(); }

 private:
  void write(const std::string& name, const std::string& text) {
    std::ofstream(outer_ / name) << text;
  }
  void link(const std::string& target, const std::string& name) {
    std::filesystem::create_symlink(target, root() + "/" + name);
  }
  /// "PREFIX1" is a link to "PREFIX2" and so on; the last of `length` links leads to "secret".
  void make_chain(const std::string& prefix, int length) {
    for (int i = 1; i <= length; ++i) {
      link(i == length ? "secret" : prefix + std::to_string(i + 1), prefix + std::to_string(i));
    }
  }

  TempDir outer_;
};

}  // namespace lockstep::testing
