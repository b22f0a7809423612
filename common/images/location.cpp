#include "common/images/location.hpp"

#include <climits>

#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/processes.hpp"

namespace lockstep::images {
namespace {

constexpr size_t kLongestName = 200;  // a folder's name, with room for a suffix: NAME_MAX is 255

std::string& chosen_folder() {
  static std::string folder;
  return folder;
}

}  // namespace

std::optional<std::string> store_folder_if_known() {
  if (!chosen_folder().empty()) return chosen_folder();
  std::string wanted = sys::variable("LOCKSTEP_STORE");
  if (!wanted.empty()) return wanted;
  if (caller_uid() == 0) return "/var/lib/lockstep";
  const std::string data = sys::variable("XDG_DATA_HOME");
  if (!data.empty() && data[0] == '/')
    return data + "/lockstep";  // the XDG rule: absolute or ignored
  const std::string home = sys::variable("HOME");
  if (!home.empty() && home[0] == '/') return home + "/.local/share/lockstep";
  return std::nullopt;
}

std::string store_folder() {
  if (auto folder = store_folder_if_known()) return std::move(*folder);
  throw Error(
      "no folder for the image store: neither LOCKSTEP_STORE, nor XDG_DATA_HOME, nor HOME is set",
      "say where it is: --store DIR, or LOCKSTEP_STORE=DIR in the environment");
}

void use_store(const std::string& folder) {
  check_path(folder, "--store");
  chosen_folder() = folder;
}

void check_path(const std::string& path, const std::string& what) {
  if (path.empty()) throw Error(fmt::format("{}: expected a folder, got \"\"", what));
  if (path.size() >= PATH_MAX) {
    throw Error(fmt::format("{}: {} has {} bytes; a path has at most {}", what,
                            quoted_briefly(path), path.size(), PATH_MAX - 1));
  }
  if (path.find('\0') != std::string::npos) {
    throw Error(fmt::format("{}: {} holds a NUL, which no path can", what, quoted_briefly(path)));
  }
}

bool is_name(const std::string& name) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return !name.empty() && name.size() <= kLongestName &&
         kLetters.find(name[0]) != std::string::npos &&
         name.find_first_not_of(std::string(kLetters) + "_.:@+-") == std::string::npos;
}

void check_name(const std::string& name) {
  if (is_name(name)) return;
  throw Error(
      fmt::format("{} is not an image's name", quoted_briefly(name)),
      fmt::format("a name has 1 to {} of A-Z a-z 0-9 _ . : @ + -, the first a letter or a digit",
                  kLongestName));
}

std::string quoted_briefly(const std::string& text) {
  constexpr size_t kEnough = 64;
  if (text.size() <= kEnough) return quoted(text);
  return quoted(text.substr(0, kEnough)) + "…";
}

}  // namespace lockstep::images
