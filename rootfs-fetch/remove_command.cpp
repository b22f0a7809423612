// `rootfs-fetch rm NAME…`: images, and what only they use.

#include <algorithm>
#include <map>
#include <set>

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/losses.hpp"

namespace lockstep::fetch {
namespace {

/// Nothing for one that is damaged: what it has can't be told, and it may go all the same.
std::set<std::string> layers_of(const images::Store& store, const images::IndexEntry& entry) {
  try {
    const Image image = load_verified(store, images::name_of(entry), entry.descriptor);
    return {image.config.diff_ids.begin(), image.config.diff_ids.end()};
  } catch (const Error&) {
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
std::string remove(const images::Store& store, const images::IndexEntry& entry) {
  const std::set<std::string> layers = layers_of(store, entry);
  if (!entry.name) {
    store.forget_nameless(entry.descriptor.digest);
  } else {
    if (images::is_name(*entry.name)) store.remove_folder(store.rootfs_folder(*entry.name));
    store.forget(*entry.name);
  }
  return fmt::format("{} removed\n{}", images::name_of(entry), who_stays(store, layers));
}

int run(const std::vector<std::string>& names, const Wishes& wishes) {
  {
    const auto before = images::Store::open();
    for (const std::string& name : names) images::find_entry(before, name);  // all, or none
  }
  const images::Store store = images::Store::open_to_write();
  std::map<std::string, images::IndexEntry> entries;  // each once, however often it was named
  for (const std::string& name : names) {
    images::IndexEntry entry = images::find_entry(store, name);
    entries[images::name_of(entry)] = std::move(entry);
  }
  std::string said;
  for (const auto& [name, entry] : entries) said += remove(store, entry);
  if (!store.sweep()) {
    narrate::say("(its blobs stay: another image is damaged, so what that one uses can't be told)");
  }
  if (!wishes.quiet) fmt::print("{}", said);
  return 0;
}

}  // namespace

cli::Command remove_command(const Wishes& wishes) {
  cli::Command command;
  command.name = "rm";
  command.usage = "[OPTIONS] NAME…";
  command.summary = "remove images, each with its rootfs, and what only they use";
  command.options = [](cli::Options& options) { options.allow_anywhere(); };
  command.run = [&wishes](const std::vector<std::string>& arguments) {
    if (arguments.empty()) expect_arguments(arguments, 1, "rm", "NAME");
    return in_the_store([&] { return run(arguments, wishes); });
  };
  return command;
}

}  // namespace lockstep::fetch
