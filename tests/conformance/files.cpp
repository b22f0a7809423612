// Files: the mounts in their order, what is in /dev, cgroups, the root's own entries.

#include <dirent.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <map>
#include <sstream>
#include <vector>

#include "probe.hpp"

namespace probe {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

std::string sorted(const std::string& options) {
  auto parts = split(options, ',');
  std::sort(parts.begin(), parts.end());
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

/// A line of mountinfo: "ID PARENT DEVICE ROOT POINT OPTIONS [TAG:NUMBER]… - TYPE SOURCE OPTIONS".
/// See: proc_pid_mountinfo(5)
void see_mount(const std::vector<std::string>& words, std::map<std::string, std::string>& points) {
  if (words.size() < 10) return;
  points[words[0]] = words[4];
  std::string tags;
  size_t i = 6;
  for (; i < words.size() && words[i] != "-"; ++i)
    tags += (tags.empty() ? "" : " ") + words[i].substr(0, words[i].find(':'));
  if (i + 3 >= words.size()) return;
  const auto above = points.find(words[1]);
  say("mount " + words[4], words[i + 1] + " of " + words[i + 2] + ", root " + words[3] + ", " +
                               sorted(words[5]) + " | " + sorted(words[i + 3]) +
                               (above == points.end() ? "" : ", on " + above->second));
  if (!tags.empty()) say("propagation " + words[4], tags);
}

void see_mounts() {
  std::map<std::string, std::string> points;
  for (const std::string& line : split(text_of("/proc/self/mountinfo"), '\n'))
    see_mount(split(line, ' '), points);
}

std::string describe(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return "?";
  char text[PATH_MAX + 128];
  if (S_ISLNK(status.st_mode)) {
    char target[PATH_MAX] = {};
    static_cast<void>(!::readlink(path.c_str(), target, sizeof target - 1));
    return std::string("link to ") + target;
  }
  std::snprintf(text, sizeof text, "%06o %u:%u %u:%u", status.st_mode, status.st_uid, status.st_gid,
                major(status.st_rdev), minor(status.st_rdev));
  return text;
}

void see_folder(const std::string& path, bool deep) {
  DIR* const folder = ::opendir(path.c_str());
  if (folder == nullptr) return;
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(folder);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const std::string below = (path == "/" ? "" : path) + "/" + name;
    say("entry " + below, describe(below));
    struct stat status {};
    if (deep && ::lstat(below.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
      see_folder(below, deep);
  }
}

}  // namespace

void see_files() {
  see_mounts();
  see_folder("/", false);
  see_folder("/dev", true);
  see_folder("/sys/fs/cgroup", false);
  for (const std::string& line : split(text_of("/proc/self/cgroup"), '\n'))
    say("cgroup of " + line.substr(line.find(':') + 1, line.rfind(':') - line.find(':') - 1),
        line.substr(line.rfind(':') + 1));
  for (const char* name : {"oom_score_adj", "loginuid", "uid_map", "gid_map", "setgroups",
                           "timens_offsets", "attr/current", "comm", "exe"}) {
    const std::string path = std::string("/proc/self/") + name;
    if (std::string(name) == "exe") {
      say("exe", describe(path));
      continue;
    }
    for (const std::string& line : split(text_of(path), '\n')) {
      std::string text;  // the kernel aligns numbers by spaces
      for (const std::string& word : split(line, ' '))
        if (!word.empty()) text += (text.empty() ? "" : " ") + word;
      say(name, text);
    }
  }
}

}  // namespace probe
