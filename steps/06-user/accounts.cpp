#include "06-user/accounts.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "06-user/maps.hpp"
#include "common/os/beneath.hpp"
#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::usr {
namespace {

constexpr const char* kPasswd = "/etc/passwd";
constexpr const char* kGroup = "/etc/group";

/// Whether somebody has to be found, or is known by number and may have no line.
enum class Need : bool { kMay, kMust };

/// A pipe would wait for a writer for ever, and what the kernel makes up in /proc has no end.
bool is_plain_file(const Fd& file) {
  constexpr off_t kMost = 16 << 20;
  struct stat status {};
  struct statfs where {};
  return ::fstat(file.get(), &status) == 0 && ::fstatfs(file.get(), &where) == 0 &&
         S_ISREG(status.st_mode) && status.st_size < kMost && where.f_type != PROC_SUPER_MAGIC;
}

/// Looked at before it is opened for reading, which alone does something to many a device.
std::optional<Fd> open_plain(const Beneath& root, const char* path) {
  const auto there = root.open(path, O_PATH);
  if (!there) return std::nullopt;
  auto file =
      is_plain_file(*there) ? root.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY) : std::nullopt;
  if (file && is_plain_file(*file)) return file;
  throw Error(fmt::format("{} in the rootfs is no regular file of less than 16 MiB", path),
              "names are looked up there: mend it, or give users and groups by number");
}

/// Empty if there is no such file; nor, if nobody must be found there, one that can be read.
std::string text_of(const Beneath& root, const char* path, Need need) {
  try {
    const auto file = open_plain(root, path);
    return file ? read_all(*file, fmt::format("{} in the rootfs", path)) : "";
  } catch (const Error&) {
    if (need == Need::kMust) throw;
    return "";
  }
}

using Fields = std::vector<std::string>;

/// Calls `visit` with each line's fields until it returns true. Lines with fewer fields than
/// `least`, or without a number in the third, are none.
void each_line(const Beneath& root, const char* path, Need need, size_t least,
               const std::function<bool(const Fields&)>& visit) {
  const std::string text = text_of(root, path, need);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const Fields fields = split(line, ':');
    if (fields.size() < least || fields[0].empty() || !parse_id(fields[2])) continue;
    if (visit(fields)) return;
  }
}

/// A line of passwd: NAME:PASSWORD:UID:GID:COMMENT:HOME:SHELL
struct User {
  std::string name;
  Account account;
};

std::optional<User> find_user(const Beneath& root, const std::string& word) {
  std::optional<User> found;
  const auto number = parse_id(word);
  each_line(root, kPasswd, number ? Need::kMay : Need::kMust, 4, [&](const Fields& fields) {
    const auto uid = parse_id(fields[2]);
    const auto gid = parse_id(fields[3]);
    const bool is_it = number ? uid == number : fields[0] == word;
    if (!is_it || !gid) return false;
    const std::string home = fields.size() > 5 ? fields[5] : "";
    found = User{fields[0], {*uid, *gid, {}, home.empty() ? "/" : home}};
    return true;
  });
  return found;
}

/// A line of group: NAME:PASSWORD:GID:MEMBER,MEMBER
std::vector<gid_t> groups_of(const Beneath& root, const std::string& name) {
  std::vector<gid_t> groups;
  each_line(root, kGroup, Need::kMay, 4, [&](const Fields& fields) {
    const auto members = split(fields[3], ',');
    if (std::find(members.begin(), members.end(), name) != members.end())
      groups.push_back(*parse_id(fields[2]));
    return false;
  });
  return groups;
}

bool is_number(const std::string& word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}

User user_of(const Beneath& root, const std::string& word) {
  if (auto found = find_user(root, word)) return std::move(*found);
  if (const auto uid = parse_id(word)) return {"", {*uid, 0, {}, *uid == 0 ? "/root" : "/"}};
  if (is_number(word))
    throw Error(fmt::format("--user: {} is no user id", word), "ids are 0 to 4294967294");
  throw Error(fmt::format("--user: there is no user {} in the rootfs's {}", quoted(word), kPasswd),
              "name one that it has, or a number");
}

gid_t group_of(const Beneath& root, const std::string& word) {
  if (const auto gid = parse_id(word)) return *gid;
  if (is_number(word))
    throw Error(fmt::format("{} is no group id", word), "ids are 0 to 4294967294");
  std::optional<gid_t> found;
  each_line(root, kGroup, Need::kMust, 3, [&](const Fields& fields) {
    if (fields[0] == word) found = parse_id(fields[2]);
    return found.has_value();
  });
  if (found) return *found;
  throw Error(fmt::format("there is no group {} in the rootfs's {}", quoted(word), kGroup),
              "name one that it has, or a number");
}

}  // namespace

gid_t find_group(const std::string& word) { return group_of(Beneath::open_root("/"), word); }

Account find_account(const std::string& words) {
  return find_account(Beneath::open_root("/"), words);
}

Account find_account(const Beneath& root, const std::string& words) {
  const size_t colon = words.find(':');
  const std::string name = words.substr(0, colon);
  const std::string group = colon == std::string::npos ? "" : words.substr(colon + 1);
  User user = user_of(root, name.empty() ? "0" : name);
  if (!group.empty()) {
    user.account.gid = group_of(root, group);
  } else if (!user.name.empty()) {
    user.account.groups = groups_of(root, user.name);
  }
  return user.account;
}

std::string home_of(uid_t uid) {
  return user_of(Beneath::open_root("/"), std::to_string(uid)).account.home;
}

}  // namespace lockstep::usr
