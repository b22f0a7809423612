// `run IMAGE` of an image that is not here gets it, as docker does. HTTP, TLS, tar and hashes are
// the image tool's work: a step is static, and knows the store only.

#include "04-overlay/pull.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "04-overlay/image_tool.hpp"
#include "common/cli/options.hpp"
#include "common/images/location.hpp"
#include "common/images/reference.hpp"
#include "common/os/error.hpp"
#include "common/os/fd.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::overlay {
namespace {

/// Whether a registry may have it: a folder or a digest's beginning is no such name.
bool may_be_pulled(const std::string& name) {
  const auto reference = images::Reference::read(name);
  return reference && reference->place == images::Place::kRegistry && !images::is_digest(name);
}

/// Whether it is in an archive, a layout, or a folder: `oci:DIR:NAME`, `dir:DIR`.
bool is_elsewhere(const std::string& name) {
  const auto reference = images::Reference::read(name);
  return reference && reference->place != images::Place::kRegistry;
}

std::string find_tool(const std::string& name) {
  return find_image_tool(fmt::format("to get the image {}", quoted(name)));
}

/// False if it can't be got: the tool has said why.
bool get(const std::string& name) {
  return run_image_tool(find_tool(name),
                        {"rootfs-fetch", "pull", "--store", images::store_folder(), "--", name},
                        Output::kToErrors) == 0;
}

/// What it is called there only the tool sees: it prints the digest.
images::Image get_from_elsewhere(const std::string& name) {
  const Fd answer(::memfd_create("digest", MFD_CLOEXEC));
  if (!answer) throw SysError(errno, "memfd_create(\"digest\")");
  const std::vector<std::string> words = {"rootfs-fetch",         "pull", "--quiet", "--store",
                                          images::store_folder(), "--",   name};
  if (run_image_tool(find_tool(name), words, answer) != 0)
    throw Error(fmt::format("no image comes from {}", quoted(name)));
  ::lseek(answer.get(), 0, SEEK_SET);
  const std::string digest = read_all(answer, "the digest");
  return images::find_image(images::Store::open(), digest.substr(0, digest.find('\n')));
}

}  // namespace

Pull pull_from(const std::string& text) {
  if (text == "missing") return Pull::kMissing;
  if (text == "always") return Pull::kAlways;
  if (text == "never") return Pull::kNever;
  throw cli::UsageError(
      fmt::format("expected missing, always or never, got {}", images::quoted_briefly(text)));
}

images::Image get_image(const std::string& name, Pull pull) {
  if (pull != Pull::kNever && is_elsewhere(name)) return get_from_elsewhere(name);
  if (pull == Pull::kNever || !may_be_pulled(name))
    return images::find_image(images::Store::open(), name);
  if (pull == Pull::kMissing) {
    if (auto image = images::find_image_if_there(images::Store::open(), name)) return *image;
    narrate::say(fmt::format("(the image {} is not here: rootfs-fetch gets it)", quoted(name)));
  }
  const bool fine = get(name);
  images::Image image = images::find_image(images::Store::open(), name);
  if (fine) return image;
  throw Error(fmt::format("the image {} is here, but could not be got anew", quoted(name)),
              "--pull missing takes the one that is here");
}

}  // namespace lockstep::overlay
