// `run IMAGE` of an image that is not here gets it, as docker does. HTTP, TLS, tar and hashes are
// the image tool's work: a step is static, and knows the store only.

#include "04-overlay/pull.hpp"

#include "04-overlay/image_tool.hpp"
#include "common/cli/options.hpp"
#include "common/images/location.hpp"
#include "common/images/reference.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::overlay {
namespace {

/// Whether a registry may have it: a folder or a digest's beginning is no such name.
bool may_be_pulled(const std::string& name) {
  const auto reference = images::Reference::read(name);
  return reference && reference->place == images::Place::kRegistry && !images::is_digest(name);
}

/// False if it can't be got: the tool has said why.
bool get(const std::string& name) {
  const std::string tool = find_image_tool(fmt::format("to get the image {}", quoted(name)));
  return run_image_tool(tool,
                        {"rootfs-fetch", "pull", "--store", images::store_folder(), "--", name},
                        Output::kToErrors) == 0;
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
