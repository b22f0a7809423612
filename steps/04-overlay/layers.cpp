#include "04-overlay/layers.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>

#include "04-overlay/copy_fallback.hpp"
#include "common/images/overlay_marks.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/fs_context.hpp"
#include "common/os/mounts.hpp"
#include "common/os/processes.hpp"

namespace lockstep::overlay {
namespace {

constexpr const char* kWhy = "the image's layers below, the container's own on top: one tree";
constexpr const char* kOnOverlay = "the store lies on an overlay itself";
constexpr size_t kMostLayers = 500;  // OVL_MAX_STACK
constexpr size_t kLongestFsconfigValue = 255;

bool in_user_namespace() { return images::own_marks() == images::Marks::kUser; }

/// Options beside the folders. "volatile" (kernel 5.10): the end of the mount does not wait until all
/// that the file system below still has to write is on the disk; a sandbox is never mounted a second
/// time, so nothing is lost by that. Without root marks are attributes of anybody's ("userxattr",
/// 5.11); with it some kernels are configured to write references into upper, by which it could not
/// be read as a layer.
std::vector<std::string> flags(bool may_be_volatile) {
  std::vector<std::string> out;
  if (may_be_volatile) out.emplace_back("volatile");
  if (in_user_namespace()) {
    out.emplace_back("userxattr");
  } else {
    for (const char* off : {"redirect_dir=off", "metacopy=off", "index=off"}) out.emplace_back(off);
  }
  return out;
}

std::string by_path(const Lower& lower) { return lower.tree ? lower.tree.path() : lower.path; }

std::string options_of(const std::vector<std::string>& lower, const std::string& upper,
                       const std::string& work, const std::vector<std::string>& rest) {
  return fmt::format("lowerdir={},upperdir={},workdir={},{}", fmt::join(lower, ":"), upper, work,
                     fmt::join(rest, ","));
}

/// With a backslash before what means something in the options.
std::string escaped(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (c == ',' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

bool fits_a_page(const std::string& options) {
  return options.size() < static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

/// How a child of this process can name an open folder in few bytes: "7", from /proc/self/fd.
void mount_by_numbers(const Stack& stack, const std::vector<std::string>& rest) {
  const Fd here = sys::open(".", O_PATH | O_DIRECTORY);
  std::vector<Fd> open;
  const auto number_of = [&](const std::string& path) {
    open.push_back(sys::open(path, O_PATH | O_DIRECTORY));
    return std::to_string(open.back().get());
  };
  std::vector<std::string> lower;
  for (const Lower& layer : stack.lower) lower.push_back(number_of(by_path(layer)));
  const std::string options =
      options_of(lower, number_of(stack.upper()), number_of(stack.work()), rest);
  sys::change_directory("/proc/self/fd",
                        "from here an open folder's name is a number: they all fit");
  sys::mount("overlay", stack.merged(), "overlay", 0, options, kWhy);
  sys::change_directory(here, ".", "back to where we were");
}

/// False if this kernel doesn't know `lowerdir+`, or may not be asked.
bool mount_one_by_one(const Stack& stack, const std::vector<std::string>& rest) {
  const auto is_short = [](const Lower& layer) {
    return by_path(layer).size() <= kLongestFsconfigValue;
  };
  if (!std::all_of(stack.lower.begin(), stack.lower.end(), is_short) ||
      stack.merged().size() > kLongestFsconfigValue || !sys::has_mount_api()) {
    return false;
  }
  Fd context;
  try {
    context = sys::open_file_system("overlay", "so many layers don't fit the page of mount(2)");
    sys::set_option(context, "lowerdir+", by_path(stack.lower.front()));
  } catch (const SysError&) {  // an older kernel, or a sandbox around us: there is another way
    return false;
  }
  for (auto layer = stack.lower.begin() + 1; layer != stack.lower.end(); ++layer)
    sys::set_option(context, "lowerdir+", by_path(*layer));
  sys::set_option(context, "upperdir", escaped(stack.upper()));
  sys::set_option(context, "workdir", escaped(stack.work()));
  for (const std::string& word : rest) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos) {
      sys::set_option(context, word);
    } else {
      sys::set_option(context, word.substr(0, equals), word.substr(equals + 1));
    }
  }
  sys::attach(sys::make_mount(context, kWhy), stack.merged());
  return true;
}

void mount_overlay(const Stack& stack, const std::vector<std::string>& rest) {
  std::vector<std::string> lower;
  for (const Lower& layer : stack.lower) lower.push_back(escaped(by_path(layer)));
  const std::string options =
      options_of(lower, escaped(stack.upper()), escaped(stack.work()), rest);
  if (fits_a_page(options))
    return sys::mount("overlay", stack.merged(), "overlay", 0, options, kWhy);
  if (!mount_one_by_one(stack, rest)) mount_by_numbers(stack, rest);
}

bool lies_on_overlay(const Stack& stack) {
  struct statfs where {};
  return ::statfs(stack.upper().c_str(), &where) == 0 && where.f_type == OVERLAYFS_SUPER_MAGIC;
}

/// What one cheap look tells.
std::string objection(const Stack& stack) {
  if (stack.lower.size() > kMostLayers)
    return fmt::format("{} layers, and overlayfs joins {} at most", stack.lower.size(),
                       kMostLayers);
  // Without attributes the kernel mounts it, but then fails to replace a folder.
  const char* const mark = in_user_namespace() ? "user.overlay.opaque" : "trusted.overlay.opaque";
  if (::getxattr(stack.upper().c_str(), mark, nullptr, 0) < 0 && errno == ENOTSUP)
    return "the store's file system has no extended attributes";
  return "";
}

/// Why the mount was refused, if it means that there is no overlay to be had here; else empty.
std::string refusal(const Stack& stack, int code) {
  switch (code) {
    case EINVAL:
      return lies_on_overlay(stack)
                 ? kOnOverlay
                 : "overlayfs refuses these folders, the kernel's own words are in dmesg";
    case ENODEV:
      return "this kernel has no overlayfs";
    case EPERM:
    case EACCES:
      return in_user_namespace() ? "without root it takes kernel 5.11"
                                 : "a security module or a sandbox around us denies it";
    case ENOTSUP:
      return errno_words(code);
    default:
      return "";
  }
}

}  // namespace

std::string obstacle(const Stack& stack) {
  return lies_on_overlay(stack) ? kOnOverlay : objection(stack);
}

void mount_layers(const Stack& stack) {
  std::string reason = objection(stack);
  if (!reason.empty()) return copy_layers(stack, reason);
  for (const bool may_be_volatile : {true, false}) {
    try {
      return mount_overlay(stack, flags(may_be_volatile));
    } catch (const SysError& error) {
      reason = refusal(stack, error.code());
      if (reason.empty()) throw;
      if (error.code() != EINVAL) break;
    }
  }
  copy_layers(stack, reason);
}

}  // namespace lockstep::overlay
