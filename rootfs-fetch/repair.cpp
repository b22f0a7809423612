#include "rootfs-fetch/repair.hpp"

#include "common/os/error.hpp"
#include "rootfs-fetch/busybox.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/pull.hpp"

namespace lockstep::fetch {

void get_anew(const std::string& name, bool show_progress) {
  if (name == kEmbedded) {
    make_busybox();
    return;
  }
  const auto reference = images::Reference::read(name);
  if (!reference || reference->place != images::Place::kRegistry)
    throw Error(fmt::format("{} is no name that a registry could have", quoted(name)));
  PullOptions options;
  options.settings.read_file();
  options.show_progress = show_progress;
  pull(*reference, options);
}

}  // namespace lockstep::fetch
