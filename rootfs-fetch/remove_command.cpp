// `rootfs-fetch rm NAME`: an image, and what only it uses.

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"

namespace lockstep::fetch {
namespace {

/// The name first but one: who is killed on the way can say `rm` again.
int run(const std::string& name, const Wishes& wishes) {
  if (const auto store = images::Store::open(); !store || !store->find(name))
    find_image(store, name);  // throws
  const images::Store store = images::Store::open_to_write();
  if (images::is_name(name)) store.remove_folder(store.rootfs_folder(name));
  store.forget(name);
  if (!store.sweep()) {
    narrate::say("(its blobs stay: another image is damaged, so what that one uses can't be told)");
  }
  if (!wishes.quiet) fmt::print("{} removed\n", name);
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
