#include "04-overlay/copy_fallback.hpp"

#include <fcntl.h>
#include <sys/prctl.h>

#include <csignal>
#include <optional>

#include "04-overlay/copy_tree.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "common/os/processes.hpp"

namespace lockstep::overlay {

namespace {

/// Copying takes long, and is the one thing that the child does without hearing of the runtime: should
/// that be killed meanwhile, nobody may be found writing to a sandbox that is being removed.
class WithTheRuntime {
 public:
  WithTheRuntime() {
    ::prctl(PR_GET_PDEATHSIG, &before_);
    sys::set_parent_death_signal(SIGKILL, "no copy is made for a runtime that has gone");
  }
  WithTheRuntime(const WithTheRuntime&) = delete;
  WithTheRuntime& operator=(const WithTheRuntime&) = delete;
  ~WithTheRuntime() { ::prctl(PR_SET_PDEATHSIG, before_); }

 private:
  int before_ = 0;
};

}  // namespace

void copy_layers(const Stack& stack, const std::string& reason, const images::Owners& owners) {
  narrate::say(
      fmt::format("(no overlay can be had here, so the image's layers are copied: {})", reason));
  std::optional<WithTheRuntime>
      until_it_is_done;  // who gives it away is the runtime, or ends with it
  if (!owners) until_it_is_done.emplace();
  const Fd sandbox = sys::open(stack.sandbox, O_RDONLY | O_DIRECTORY);
  sys::make_empty_file(sandbox, "copied", 0600);
  if (owners) sys::make_empty_file(sandbox, "shifted", 0600);
  const Fd merged = sys::open(stack.merged(), O_RDONLY | O_DIRECTORY);
  for (auto layer = stack.lower.rbegin(); layer != stack.lower.rend(); ++layer) {
    const std::string path = layer->tree ? layer->tree.path() : layer->path;
    copy_tree(sys::open(path, O_RDONLY | O_DIRECTORY), merged, owners);
  }
}

}  // namespace lockstep::overlay
