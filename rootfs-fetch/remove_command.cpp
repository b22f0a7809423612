// `rootfs-fetch rm NAME`: an image, and what only it uses.

#include <algorithm>
#include <set>

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"

namespace lockstep::fetch {
namespace {

/// Throws Error if there is no such image. Nothing for one that is damaged: what it has can't be
/// told, and it may go all the same.
std::set<std::string> layers_of(const std::string& name) {
  const auto store = images::Store::open();
  const bool known = store && store->find(name);
  try {
    const Image image = find_verified(store, name);
    return {image.config.diff_ids.begin(), image.config.diff_ids.end()};
  } catch (const Error&) {
    if (!known) throw;
    return {};
  }
}

/// A line on the layers that containers still use: they stay until those are gone.
std::string who_stays(const images::Store& store, const std::set<std::string>& layers) {
  std::string ids;
  for (const images::Store::Container& container : store.containers()) {
    const auto is_one = [&](const std::string& layer) { return layers.count(layer) != 0; };
    if (std::any_of(container.layers.begin(), container.layers.end(), is_one))
      ids += (ids.empty() ? "" : ", ") + container.id;
  }
  return ids.empty() ? "" : fmt::format("(layers of it stay, as long as there are: {})\n", ids);
}

/// The name first but one: who is killed on the way can say `rm` again.
int run(const std::string& name, const Wishes& wishes) {
  const std::set<std::string> layers = layers_of(name);
  const images::Store store = images::Store::open_to_write();
  if (images::is_name(name)) store.remove_folder(store.rootfs_folder(name));
  store.forget(name);
  if (!store.sweep()) {
    narrate::say("(its blobs stay: another image is damaged, so what that one uses can't be told)");
  }
  if (!wishes.quiet) fmt::print("{} removed\n{}", name, who_stays(store, layers));
  return 0;
}

}  // namespace

cli::Command remove_command(const Wishes& wishes) {
  cli::Command command;
  command.name = "rm";
  command.usage = "[OPTIONS] NAME";
  command.summary = "remove an image, its rootfs, and what only it uses";
  command.options = [](cli::Options& options) { options.allow_anywhere(); };
  command.run = [&wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 1, "rm", "NAME");
    return run(arguments[0], wishes);
  };
  return command;
}

}  // namespace lockstep::fetch
