#include "rootfs-fetch/local.hpp"

#include "common/os/error.hpp"
#include "rootfs-fetch/archive_source.hpp"
#include "rootfs-fetch/layout_source.hpp"
#include "rootfs-fetch/naming.hpp"
#include "rootfs-fetch/size_limit.hpp"

namespace lockstep::fetch {

using images::Place;

Image pull_local(const images::Reference& reference, const std::string& name,
                 const images::Platform& platform, uint64_t max_size) {
  if (reference.place == Place::kFolder) {
    const std::string called = new_name(name.empty() ? reference.name() : name);
    return import_rootfs({reference.path, called, platform}, max_size);
  }
  SizeLimit limit(max_size);
  SizeLimit of_archive(max_size);
  const auto source = reference.place == Place::kLayout ? open_layout(reference.path)
                                                        : open_archive(reference.path, of_archive);
  const auto entries = source->entries();
  if (reference.selected.empty() && entries.size() > 1 && name.empty())
    throw Error(fmt::format("{} has {} images", quoted(reference.path), entries.size()),
                fmt::format("say which: {}:NAME; `rootfs-fetch load` takes all of an archive",
                            reference.text()));
  const auto chosen = select(entries, reference.selected, name, quoted(reference.path));
  return take_image(*source, chosen.front().entry, chosen.front().name, platform, limit);
}

}  // namespace lockstep::fetch
