#include "04-overlay/copy_fallback.hpp"

#include <fcntl.h>

#include "04-overlay/copy_tree.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::overlay {

void copy_layers(const Stack& stack, const std::string& reason) {
  narrate::say(
      fmt::format("(no overlay can be had here, so the image's layers are copied: {})", reason));
  const Fd sandbox = sys::open(stack.sandbox, O_RDONLY | O_DIRECTORY);
  sys::make_empty_file(sandbox, "copied", 0600);
  const Fd merged = sys::open(stack.merged(), O_RDONLY | O_DIRECTORY);
  for (auto layer = stack.lower.rbegin(); layer != stack.lower.rend(); ++layer) {
    const std::string path = layer->tree ? layer->tree.path() : layer->path;
    copy_tree(sys::open(path, O_RDONLY | O_DIRECTORY), merged);
  }
}

}  // namespace lockstep::overlay
