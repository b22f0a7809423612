#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "07-cgroup/layout.hpp"
#include "common/os/fd.hpp"
#include "common/os/why.hpp"

/// Lesson 07: a cgroup is a folder in each hierarchy, and its settings are the files there.
namespace lockstep::cgroup {

/// One of these folders, open.
class Folder {
 public:
  Folder(Hierarchy hierarchy, std::string path, Fd fd)
      : hierarchy_(std::move(hierarchy)), path_(std::move(path)), fd_(std::move(fd)) {}

  const Hierarchy& hierarchy() const { return hierarchy_; }
  bool is_v2() const { return hierarchy_.is_v2(); }
  const std::string& path() const { return path_; }
  const Fd& fd() const { return fd_; }

  bool has(const std::string& file) const;
  bool may_write(const std::string& file) const;
  /// A file's text, without the newline at its end; nothing if there is no such file.
  std::optional<std::string> read(const std::string& file) const;
  /// The number behind `key` in a file of lines "KEY NUMBER"; nothing if it isn't there.
  std::optional<int64_t> number(const std::string& file, const std::string& key) const;
  /// Writes a setting. Throws SysError whose hint knows what the file is about.
  void write(const std::string& file, const std::string& value, Why why = {}) const;
  /// Opens a file to be written to later, perhaps by a child.
  Fd open_to_write(const std::string& file) const;
  /// Opens a file to be read, or waited on, later.
  Fd open_to_read(const std::string& file) const;
  Fd open_to_read_and_write(const std::string& file) const;

 private:
  Fd open_file(const std::string& file, int flags, const char* words) const;

  Hierarchy hierarchy_;
  std::string path_;
  Fd fd_;
};

/// All folders of a container's cgroup.
class Folders {
 public:
  void add(Folder folder) { all_.push_back(std::move(folder)); }
  void replace_v2(Folder folder) { all_.front() = std::move(folder); }
  /// Why a hierarchy has none, and the way out (empty: the power to make one), for the error of whoever
  /// needs it.
  void lacks(const Hierarchy& hierarchy, const std::string& reason, const std::string& hint = "");
  /// Why version 2's folder hasn't got these controllers.
  void not_handed_down(const std::vector<std::string>& controllers, const std::string& reason);

  const std::vector<Folder>& all() const { return all_; }
  /// All hierarchies that there are, and in each the folder of the cgroup that the container is in:
  /// its own, or where it has none the caller's.
  std::vector<std::pair<Hierarchy, std::string>> everywhere() const;
  bool empty() const { return all_.empty(); }
  /// Version 2's; null if there is none.
  const Folder* v2() const;
  /// The folder with that controller's files; null if there is none.
  const Folder* find(const std::string& controller) const;
  /// The same, but a missing one is an Error: `what` needs it ("a memory limit").
  const Folder& need(const std::string& controller, const std::string& what) const;

 private:
  struct Lack {
    Hierarchy hierarchy;
    std::string reason;
    std::string hint;
  };
  std::vector<Folder> all_;
  std::vector<Lack> lacks_;
  std::map<std::string, std::string> not_handed_down_;
};

}  // namespace lockstep::cgroup
