// `rootfs-fetch tag IMAGE NAME`: another name for an image.

#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/losses.hpp"
#include "rootfs-fetch/naming.hpp"
#include "rootfs-fetch/publish.hpp"

namespace lockstep::fetch {
namespace {

int run(const std::string& from, const std::string& to, const Wishes& wishes) {
  const std::string name = new_name(to);
  find_verified(images::Store::open(), from);  // throws, before anything is made
  const images::Store store = images::Store::open_to_write();
  const images::IndexEntry entry = images::find_entry(store, from);
  publish(store, load_verified(store, name, entry.descriptor), Rootfs::kNone, nullptr,
          entry.origin);
  if (wishes.quiet) {
    fmt::print("{}\n", entry.descriptor.digest);
  } else {
    fmt::print("{} is also called {}\n", images::name_of(entry), name);
  }
  return 0;
}

}  // namespace

cli::Command tag_command(const Wishes& wishes) {
  cli::Command command;
  command.name = "tag";
  command.usage = "[OPTIONS] IMAGE NAME";
  command.summary = "give an image another name";
  command.options = [](cli::Options& options) { options.allow_anywhere(); };
  command.run = [&wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 2, "tag", "IMAGE NAME");
    return with_all_owners([&] { return run(arguments[0], arguments[1], wishes); });
  };
  return command;
}

}  // namespace lockstep::fetch
