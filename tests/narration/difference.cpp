// What of two accounts of one call must agree, and a report of where they don't.

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "common/os/error.hpp"
#include "tests/narration/calls.hpp"

namespace lockstep::narration {
namespace {

using Words = std::vector<std::string>;

/// The flags and other named constants of a call's text, sorted: their order says nothing.
Words constants(const std::string& text) {
  // AT_FDCWD stands for a missing descriptor; what closes on exec is this program's own affair.
  static const std::set<std::string> kLeftOut = {"NULL", "AT_FDCWD", "OPEN_TREE_CLOEXEC", "PID"};
  Words found;
  std::string word;
  bool quoted = false;
  for (size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ' ';
    if (!quoted && c == '<') {  // strace's word for what a descriptor is
      i = text.find('>', i);
    } else if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted &&
               ((c >= 'A' && c <= 'Z') || c == '_' || (!word.empty() && c >= '0' && c <= '9'))) {
      word += c;
      continue;
    }
    if (word.size() > 3 && kLeftOut.count(word) == 0 && word.find('_') != 0) found.push_back(word);
    word.clear();
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// The strings of a call's text, in their order, with NULL and what is left out at the end as "".
Words strings(const std::string& text) {
  Words found;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 4, "NULL") == 0) found.emplace_back();
    if (text[at] != '"') continue;
    const size_t begin = ++at;
    while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    found.push_back(text.substr(begin, at - begin));
  }
  while (!found.empty() && found.back().empty()) found.pop_back();
  return found;
}

/// What a person reads as the name of an open place is a number, or a path by it, to the kernel.
bool same_string(const std::string& recorded, const std::string& told) {
  return recorded == told || recorded.rfind("/proc/self/fd/", 0) == 0;
}

/// Of a process that hides its memory (an `exec` until its execve), from a strace that isn't
/// root's, the record has addresses in place of strings.
bool is_unreadable(const Call& recorded) {
  return recorded.text.find('"') == std::string::npos &&
         recorded.text.find("(0x") != std::string::npos;
}

/// Calls whose strings are told as they are given to the kernel. The others are given descriptors,
/// which are told by name.
bool tells_strings(const std::string& name) {
  static const std::set<std::string> kNames = {
      "chdir",       "chroot",  "clone",     "clone3",     "execve",  "mkdir",
      "mkdirat",     "mknodat", "mount",     "pivot_root", "prctl",   "setdomainname",
      "sethostname", "setsid",  "symlinkat", "umask",      "umount2", "unshare"};
  return kNames.count(name) != 0;
}

long octal(const std::string& umask) {
  return std::strtol(umask.c_str() + umask.find('(') + 1, nullptr, 8);
}

/// strace takes the field of the access times for the bits that it consists of.
std::string spelled_out(std::string text) {
  const std::string field = "MOUNT_ATTR__ATIME";
  const size_t at = text.find(field);
  return at == std::string::npos
             ? text
             : text.replace(at, field.size(), "MOUNT_ATTR_NOATIME|MOUNT_ATTR_STRICTATIME");
}

bool same(const Call& recorded, const Call& told) {
  if (recorded.name != told.name || recorded.errno_name != told.errno_name) return false;
  if (recorded.result != told.result) return false;
  if (recorded.name == "bpf") return true;  // strace spells out the whole program
  if (recorded.name == "umask" && octal(recorded.text) != octal(told.text)) return false;
  if (constants(recorded.text) != constants(spelled_out(told.text))) return false;
  if (!tells_strings(recorded.name) || is_unreadable(recorded)) return true;
  const Words left = strings(recorded.text);
  const Words right = strings(told.text);
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(), same_string);
}

std::string shown(const std::vector<Call>& calls, size_t at) {
  std::string out;
  const size_t begin = at < 3 ? 0 : at - 3;
  for (size_t i = begin; i < std::min(at + 4, calls.size()); ++i) {
    const Call& call = calls[i];
    out += fmt::format("    {} {} = {} {}\n", i == at ? "→" : " ", call.text, call.result,
                       call.errno_name);
  }
  return out + (at >= calls.size() ? "    → (no more)\n" : "");
}

std::string difference_of(pid_t pid, const std::vector<Call>& left,
                          const std::vector<Call>& right) {
  for (size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    if (i < left.size() && i < right.size() && same(left[i], right[i])) continue;
    return fmt::format("process {}, call {}:\n  made:\n{}  told:\n{}", pid, i + 1, shown(left, i),
                       shown(right, i));
  }
  return "";
}

}  // namespace

std::string difference(const Processes& recorded, const Processes& told) {
  static const std::vector<Call> kNone;
  std::string out;
  std::set<pid_t> pids;
  for (const Processes* processes : {&recorded, &told}) {
    for (const auto& [pid, calls] : *processes) pids.insert(pid);
  }
  for (const pid_t pid : pids) {
    const auto left = recorded.find(pid);
    const auto right = told.find(pid);
    out += difference_of(pid, left == recorded.end() ? kNone : left->second,
                         right == told.end() ? kNone : right->second);
  }
  return out;
}

}  // namespace lockstep::narration
