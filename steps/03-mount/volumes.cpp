#include "03-mount/volumes.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "03-mount/mount_options.hpp"
#include "common/cli/options.hpp"
#include "common/os/files.hpp"
#include "common/os/text.hpp"

namespace lockstep::mnt {
namespace {

std::string destination(const std::string& option, const std::string& path) {
  if (path.empty() || path[0] != '/') {
    throw cli::UsageError(fmt::format("{}: expected an absolute path inside the container, got {}",
                                      option, quoted(path)));
  }
  if (path.find_first_not_of('/') == std::string::npos) {
    throw cli::UsageError(fmt::format("{}: \"/\" is the rootfs itself", option));
  }
  const size_t end = path.find_last_not_of('/');
  return path.substr(0, end + 1);
}

std::string source(const std::string& option, const std::string& path) {
  if (path.empty()) throw cli::UsageError(fmt::format("{}: the source is missing", option));
  if (path.find('/') == std::string::npos && path != "." && path != "..") {
    throw cli::UsageError(fmt::format("{}: {} would be a named volume, which lockstep doesn't have",
                                      option, quoted(path)),
                          "a path has a slash in it: ./" + path);
  }
  return sys::absolute(path);
}

bool names_propagation(const std::string& word) {
  return word.find("private") != std::string::npos || word.find("slave") != std::string::npos ||
         word.find("shared") != std::string::npos || word.find("unbindable") != std::string::npos;
}

/// A bind's options, completed: recursive unless said otherwise, read-only all the way down,
/// nothing of what is mounted inside gets out.
std::vector<std::string> complete_bind(std::vector<std::string> words,
                                       const char* readonly = "rro") {
  for (std::string& word : words) {
    if (word == "ro" || word == "readonly") word = readonly;
  }
  const auto has = [&](const char* name) {
    return std::find(words.begin(), words.end(), name) != words.end();
  };
  if (!has("bind") && !has("rbind")) words.insert(words.begin(), "rbind");
  if (!std::any_of(words.begin(), words.end(), names_propagation)) words.emplace_back("rprivate");
  return words;
}

struct MountFlag {
  oci::Mount mount;
  std::vector<std::string> words;
  const char* readonly = "rro";
};

void take_bind_recursive(const std::string& value, MountFlag& flag) {
  if (value == "disabled") {
    flag.words.emplace_back("bind");
  } else if (value == "writable") {
    flag.readonly = "ro";
  } else if (value != "enabled" && value != "readonly") {
    throw cli::UsageError(fmt::format(
        "--mount: bind-recursive: expected enabled, disabled, writable or readonly, got {}",
        quoted(value)));
  }
}

void take_value(const std::string& key, const std::string& value, MountFlag& flag) {
  if (key == "type") {
    flag.mount.type = value;
  } else if (key == "source" || key == "src") {
    flag.mount.source = value;
  } else if (key == "target" || key == "destination" || key == "dst") {
    flag.mount.destination = destination("--mount: " + key, value);
  } else if (key == "readonly" || key == "ro") {
    if (value != "true" && value != "1" && value != "false" && value != "0") {
      throw cli::UsageError(
          fmt::format("--mount: {}: expected true or false, got {}", key, quoted(value)));
    }
    if (value == "true" || value == "1") flag.words.emplace_back("readonly");
  } else if (key == "bind-propagation") {
    if (!names_propagation(value))
      throw cli::UsageError(fmt::format("--mount: bind-propagation: unknown {}", quoted(value)));
    flag.words.push_back(value);
  } else if (key == "bind-recursive") {
    take_bind_recursive(value, flag);
  } else if (key == "tmpfs-size") {
    flag.words.push_back("size=" + parse_size("--mount: tmpfs-size", value));
  } else if (key == "tmpfs-mode") {
    flag.words.push_back("mode=" + value);
  } else {
    throw cli::UsageError(fmt::format("--mount: unknown key {}", quoted(key)),
                          "type, source, target, readonly, bind-propagation, bind-recursive, "
                          "tmpfs-size, tmpfs-mode, or "
                          "one of the mount options of the runtime-spec");
  }
}

MountFlag split_mount(const std::string& text) {
  MountFlag flag;
  for (const std::string& part : split(text, ',')) {
    const size_t equals = part.find('=');
    if (equals != std::string::npos) {
      take_value(part.substr(0, equals), part.substr(equals + 1), flag);
    } else if (part == "bind-nonrecursive") {
      flag.words.emplace_back("bind");
    } else if (!part.empty()) {
      flag.words.push_back(part);
    }
  }
  return flag;
}

/// Wrong options are better told of now than when half a container is there.
oci::Mount checked(oci::Mount mount) {
  parse_mount_options(mount.options, mount.type, mount.destination);
  return mount;
}

}  // namespace

oci::Mount parse_volume(const std::string& text) {
  const auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) {
    throw cli::UsageError(
        fmt::format("--volume: expected SRC:DST or SRC:DST:OPTIONS, got {}", quoted(text)));
  }
  const auto words = parts.size() == 3 ? split(parts[2], ',') : std::vector<std::string>();
  return checked({destination("--volume", parts[1]), "bind", source("--volume", parts[0]),
                  complete_bind(words)});
}

oci::Mount parse_mount(const std::string& text) {
  MountFlag flag = split_mount(text);
  if (flag.mount.destination.empty()) {
    throw cli::UsageError(fmt::format("--mount: {}: target= is missing", quoted(text)));
  }
  if (flag.mount.type.empty() || flag.mount.type == "bind") {
    flag.mount.type = "bind";
    flag.mount.source = source("--mount: source", flag.mount.source);
    flag.mount.options = complete_bind(flag.words, flag.readonly);
  } else if (flag.mount.type == "tmpfs") {
    if (!flag.mount.source.empty())
      throw cli::UsageError("--mount: source: type=tmpfs has none, it is new memory");
    flag.mount.source = "tmpfs";
    std::replace(flag.words.begin(), flag.words.end(), std::string("readonly"), std::string("ro"));
    flag.mount.options = {"nosuid", "nodev", "noexec"};
    flag.mount.options.insert(flag.mount.options.end(), flag.words.begin(), flag.words.end());
  } else {
    throw cli::UsageError(
        fmt::format("--mount: type: expected bind or tmpfs, got {}", quoted(flag.mount.type)));
  }
  return checked(flag.mount);
}

oci::Mount parse_tmpfs(const std::string& text) {
  const size_t colon = text.find(':');
  oci::Mount mount{destination("--tmpfs", text.substr(0, colon)),
                   "tmpfs",
                   "tmpfs",
                   {"nosuid", "nodev", "noexec"}};
  if (colon == std::string::npos) return mount;
  for (const std::string& word : split(text.substr(colon + 1), ',')) mount.options.push_back(word);
  return checked(mount);
}

std::string parse_size(const std::string& option, const std::string& text) {
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  const std::string unit(parsed.ptr, end);
  const std::string units = "kmgt";
  const size_t power =
      unit.empty() || unit == "b" ? 0 : units.find(static_cast<char>(std::tolower(unit[0]))) + 1;
  const bool known = unit.size() <= 1 && (unit.empty() || unit == "b" || power > 0);
  const unsigned shift = static_cast<unsigned>(power) * 10;
  if (parsed.ec != std::errc() || !known || number == 0 ||
      number > (uint64_t{INT64_MAX} >> shift)) {
    throw cli::UsageError(
        fmt::format("{}: expected a size like 64m, got {}", option, quoted(text)));
  }
  return std::to_string(number << shift);
}

}  // namespace lockstep::mnt
