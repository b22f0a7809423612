#include "03-mount/mount_options.hpp"

#include <algorithm>
#include <array>

#include "03-mount/propagation.hpp"
#include "common/os/error.hpp"
#include "common/os/mount_api.hpp"

namespace lockstep::mnt {
namespace {

/// A word, and what it does: it sets or clears a flag of the file system (MS_*), which is mostly a
/// property of the single mount (MOUNT_ATTR_*), too. With "r" before it ("rro"), the same for all
/// mounts below.
struct Word {
  const char* name;
  bool sets;
  unsigned long flag;
  uint64_t attribute;
};

constexpr std::array kWords = {
    Word{"ro", true, MS_RDONLY, MOUNT_ATTR_RDONLY},
    Word{"rw", false, MS_RDONLY, MOUNT_ATTR_RDONLY},
    Word{"nosuid", true, MS_NOSUID, MOUNT_ATTR_NOSUID},
    Word{"suid", false, MS_NOSUID, MOUNT_ATTR_NOSUID},
    Word{"nodev", true, MS_NODEV, MOUNT_ATTR_NODEV},
    Word{"dev", false, MS_NODEV, MOUNT_ATTR_NODEV},
    Word{"noexec", true, MS_NOEXEC, MOUNT_ATTR_NOEXEC},
    Word{"exec", false, MS_NOEXEC, MOUNT_ATTR_NOEXEC},
    Word{"nosymfollow", true, MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW},
    Word{"symfollow", false, MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW},
    Word{"nodiratime", true, MS_NODIRATIME, MOUNT_ATTR_NODIRATIME},
    Word{"diratime", false, MS_NODIRATIME, MOUNT_ATTR_NODIRATIME},
    Word{"noatime", true, MS_NOATIME, MOUNT_ATTR_NOATIME},
    Word{"atime", false, MS_NOATIME, MOUNT_ATTR_NOATIME},
    Word{"strictatime", true, MS_STRICTATIME, MOUNT_ATTR_STRICTATIME},
    Word{"nostrictatime", false, MS_STRICTATIME, MOUNT_ATTR_STRICTATIME},
    Word{"relatime", true, MS_RELATIME,
         MOUNT_ATTR_RELATIME},  // MOUNT_ATTR_RELATIME is 0: the others cleared
    Word{"norelatime", false, MS_RELATIME, MOUNT_ATTR_RELATIME},
};

/// Words that are about the file system alone, so that a bind has no use for them.
constexpr std::array kFileSystemWords = {
    Word{"sync", true, MS_SYNCHRONOUS, 0},      Word{"async", false, MS_SYNCHRONOUS, 0},
    Word{"dirsync", true, MS_DIRSYNC, 0},       Word{"lazytime", true, MS_LAZYTIME, 0},
    Word{"nolazytime", false, MS_LAZYTIME, 0},  Word{"iversion", true, MS_I_VERSION, 0},
    Word{"noiversion", false, MS_I_VERSION, 0}, Word{"mand", true, MS_MANDLOCK, 0},
    Word{"nomand", false, MS_MANDLOCK, 0},      Word{"silent", true, MS_SILENT, 0},
    Word{"loud", false, MS_SILENT, 0},
};

template <size_t N>
const Word* find(const std::array<Word, N>& words, const std::string& name) {
  const auto found =
      std::find_if(words.begin(), words.end(), [&](const Word& word) { return name == word.name; });
  return found == words.end() ? nullptr : &*found;
}

/// The access-time attributes are one field with three values, not bits: setting one clears the
/// field first; clearing one means going back to the default, relatime.
bool is_access_time(const Word& word) {
  return (word.flag & (MS_NOATIME | MS_STRICTATIME | MS_RELATIME)) != 0;
}

void apply(const Word& word, uint64_t& set, uint64_t& clear) {
  const uint64_t field = is_access_time(word) ? uint64_t{MOUNT_ATTR__ATIME} : word.attribute;
  set &= ~field;
  clear |= field;
  if (!word.sets) return;
  set |= word.attribute;
  if (!is_access_time(word)) clear &= ~field;
}

void apply_to_flags(const Word& word, unsigned long& flags) {
  if (is_access_time(word))
    flags &= ~static_cast<unsigned long>(MS_NOATIME | MS_STRICTATIME | MS_RELATIME);
  flags = word.sets ? flags | word.flag : flags & ~word.flag;
}

bool apply_word(const std::string& name, MountOptions& options) {
  if (const Word* word = find(kWords, name)) {
    apply(*word, options.set, options.clear);
    apply_to_flags(*word, options.flags);
    return true;
  }
  if (const Word* word = find(kFileSystemWords, name)) {
    apply_to_flags(*word, options.flags);
    return true;
  }
  if (const Word* word = name[0] == 'r' ? find(kWords, name.substr(1)) : nullptr) {
    apply(*word, options.set_recursively, options.clear_recursively);
    return true;
  }
  if (const auto propagation = propagation_flags(name)) {
    options.propagation.push_back(*propagation);
    return true;
  }
  return name == "defaults";
}

bool apply_switch(const std::string& name, MountOptions& options) {
  options.bind = options.bind || name == "bind" || name == "rbind";
  options.recursive = options.recursive || name == "rbind";
  options.remount = options.remount || name == "remount";
  options.copy_up = options.copy_up || name == "tmpcopyup";
  options.idmap = options.idmap || name == "idmap" || name == "ridmap";
  options.recursive_idmap = options.recursive_idmap || name == "ridmap";
  return name == "bind" || name == "rbind" || name == "remount" || name == "tmpcopyup" ||
         name == "idmap" || name == "ridmap";
}

}  // namespace

MountOptions parse_mount_options(const std::vector<std::string>& words, const std::string& type,
                                 const std::string& where) {
  MountOptions options;
  options.bind = type == "bind" || type == "rbind";
  options.recursive = type == "rbind";
  std::vector<std::string> own;
  for (const std::string& word : words) {
    if (!word.empty() && !apply_switch(word, options) && !apply_word(word, options))
      own.push_back(word);
  }
  for (const std::string& word : own) {
    if (options.bind) {
      throw Error(fmt::format("mount {}: unknown option {}", quoted(where), quoted(word)),
                  "a bind mount shows what is there: it has no file system's own options");
    }
    options.data += (options.data.empty() ? "" : ",") + word;
  }
  if (options.idmap && (!options.bind || options.remount)) {
    throw Error(
        fmt::format("mount {}: option idmap: only a bind mount can be id-mapped", quoted(where)));
  }
  if (options.copy_up && type != "tmpfs") {
    throw Error(
        fmt::format("mount {}: option tmpcopyup: only a tmpfs can be filled so", quoted(where)));
  }
  return options;
}

std::vector<std::string> mount_option_words() {
  std::vector<std::string> words = {"bind",    "defaults", "idmap",    "rbind",
                                    "remount", "ridmap",   "tmpcopyup"};
  for (const char* name : {"private", "shared", "slave", "unbindable"}) {
    for (const char* prefix : {"", "r"}) words.push_back(std::string(prefix) + name);
  }
  for (const Word& word : kWords) {
    for (const char* prefix : {"", "r"}) words.push_back(std::string(prefix) + word.name);
  }
  for (const Word& word : kFileSystemWords) words.emplace_back(word.name);
  std::sort(words.begin(), words.end());
  return words;
}

}  // namespace lockstep::mnt
