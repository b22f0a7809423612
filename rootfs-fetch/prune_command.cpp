// `rootfs-fetch prune`: what no image and no container needs goes.

#include <fcntl.h>

#include "common/images/image.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/json_text.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/disk_size.hpp"
#include "rootfs-fetch/pull_folder.hpp"

namespace lockstep::fetch {
namespace {

using images::Store;

struct Item {
  const char* kind;  // "blob", "layer": an unpacked one, "pull": of one that was killed
  std::string digest;
  int64_t size;
};

std::vector<Item> items_of(const Store& store, const Store::Unneeded& unneeded) {
  std::vector<Item> out;
  for (const std::string& digest : unneeded.blobs)
    out.push_back({"blob", digest, store.describe("", digest).size});
  for (const std::string& diff_id : unneeded.layers) {
    const auto folder = sys::open_if_there(store.layer_folder(diff_id), O_RDONLY | O_DIRECTORY);
    out.push_back({"layer", diff_id, folder ? disk_size(*folder) : 0});
  }
  for (const Leftover& left : leftovers(store.path()))
    out.push_back({"pull", left.digest, left.size});
  return out;
}

/// Throws Error with the way out where some image's needs can't be told.
Store::Unneeded find(const Store& store) {
  try {
    return store.unneeded();
  } catch (const Error& error) {
    throw Error(
        fmt::format("prune: {}: so what that one needs can't be told, and nothing is removed",
                    error.what()),
        "`rootfs-fetch verify --repair` gets what is missing; or `rootfs-fetch rm` that image");
  }
}

std::string as_json(const std::vector<Item>& items) {
  std::string out;
  for (const Item& item : items) {
    out += fmt::format("{}{{\"kind\":{},\"digest\":{},\"size\":{}}}", out.empty() ? "" : ",",
                       json_quoted(item.kind), json_quoted(item.digest), item.size);
  }
  return "[" + out + "]\n";
}

std::string as_text(const std::vector<Item>& items, bool dry) {
  std::string out;
  int64_t sum = 0;
  for (const Item& item : items) {
    out += fmt::format("{:<6} {} ({})\n", item.kind, item.digest, images::human_size(item.size));
    sum += item.size;
  }
  if (items.empty()) return "there is nothing that no image and no container needs\n";
  return out + fmt::format("{} {}\n", images::human_size(sum), dry ? "could be freed" : "freed");
}

int run(bool dry, bool json, const Wishes& wishes) {
  std::vector<Item> items;
  if (!Store::open()) {
    items = {};
  } else if (dry) {
    const auto store = Store::open();
    items = items_of(*store, find(*store));
  } else {
    const Store store = Store::open_to_write();
    const Store::Unneeded unneeded = find(store);
    items = items_of(store, unneeded);
    store.remove(unneeded);
    clear_leftovers(store.path());
  }
  if (wishes.quiet) {
    for (const Item& item : items) fmt::print("{}\n", item.digest);
  } else {
    fmt::print("{}", json ? as_json(items) : as_text(items, dry));
  }
  return 0;
}

}  // namespace

cli::Command prune_command(const Wishes& wishes) {
  struct Given {
    bool dry = false;
    bool json = false;
  };
  const auto given = std::make_shared<Given>();
  cli::Command command;
  command.name = "prune";
  command.usage = "[OPTIONS]";
  command.summary = "remove blobs and unpacked layers that no image and no container needs";
  command.options = [given](cli::Options& options) {
    add_format(options, given->json);
    options.flag("n,dry-run", "only say what would go", [given] { given->dry = true; });
  };
  command.run = [given, &wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 0, "prune", "");
    return run(given->dry, given->json, wishes);
  };
  return command;
}

}  // namespace lockstep::fetch
