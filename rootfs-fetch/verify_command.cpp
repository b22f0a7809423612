// `rootfs-fetch verify`: whether the store's content is what its digests say.

#include "common/os/error.hpp"
#include "common/os/json_text.hpp"
#include "common/os/narrate.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/losses.hpp"
#include "rootfs-fetch/repair.hpp"
#include "rootfs-fetch/verify.hpp"

namespace lockstep::fetch {
namespace {

using images::Store;

struct Given {
  bool repair = false;
  bool json = false;
};

std::string as_json(const Verdict& verdict) {
  std::string damaged;
  for (const Damage& damage : verdict.damages) {
    std::string names;
    for (const std::string& name : damage.images)
      names += (names.empty() ? "" : ",") + json_quoted(name);
    damaged += fmt::format("{}{{\"digest\":{},\"problem\":{},\"images\":[{}]}}",
                           damaged.empty() ? "" : ",", json_quoted(damage.digest),
                           json_quoted(damage.problem), names);
  }
  return fmt::format("{{\"images\":{},\"blobs\":{},\"bytes\":{},\"damaged\":[{}]}}\n",
                     verdict.images, verdict.blobs, verdict.bytes, damaged);
}

std::string as_text(const Verdict& verdict) {
  std::string out;
  for (const Damage& damage : verdict.damages) {
    out += damage.problem + "\n  " +
           (damage.images.empty() ? "no image needs it\n"
                                  : fmt::format("needed by: {}\n", fmt::join(damage.images, ", ")));
  }
  const auto number = [](size_t count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  return out + fmt::format("{}, {} ({}): {}\n", number(verdict.images, "image"),
                           number(verdict.blobs, "blob"), images::human_size(verdict.bytes),
                           verdict.damages.empty() ? "all as their digests say"
                                                   : number(verdict.damages.size(), "damage"));
}

void show(const Verdict& verdict, bool json, const Wishes& wishes) {
  if (json) {
    fmt::print("{}", as_json(verdict));
  } else if (!wishes.quiet) {
    fmt::print("{}", as_text(verdict));
  } else {
    for (const Damage& damage : verdict.damages) fmt::print("{}\n", damage.digest);
  }
}

/// What is damaged goes first: who finds a blob in the store doesn't fetch it.
void repair(const Verdict& verdict, bool show_progress) {
  std::set<std::string> images;
  {
    const Store store = Store::open_to_write();
    for (const Damage& damage : verdict.damages) {
      store.remove_blob(damage.digest);
      images.insert(damage.images.begin(), damage.images.end());
    }
  }
  std::string failed;
  for (const std::string& name : images) {
    try {
      get_anew(name, show_progress);
    } catch (const Error& error) {
      narrate::say(fmt::format("{}: {}", name, error.what()));
      failed += (failed.empty() ? "" : ", ") + name;
    }
  }
  if (!failed.empty())
    throw Error(fmt::format("not repaired: {}", failed),
                "get them again as you got them (load, import, commit), or `rootfs-fetch rm` them");
}

int run(const Given& given, const Wishes& wishes) {
  Verdict verdict;
  if (const auto store = Store::open()) verdict = verify(*store);
  if (given.repair && !verdict.damages.empty()) {
    repair(verdict, !wishes.quiet);
    const auto store = Store::open();
    verdict = verify(*store);
  }
  show(verdict, given.json, wishes);
  return verdict.damages.empty() ? 0 : 1;
}

}  // namespace

cli::Command verify_command(const Wishes& wishes) {
  const auto given = std::make_shared<Given>();
  cli::Command command;
  command.name = "verify";
  command.usage = "[OPTIONS]";
  command.summary = "read every blob of the store, and say which are not what their digests say";
  command.options = [given](cli::Options& options) {
    add_format(options, given->json);
    options.flag("repair", "get the images anew that need what is damaged or missing",
                 [given] { given->repair = true; });
  };
  command.run = [given, &wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 0, "verify", "");
    if (!given->repair) return run(*given, wishes);
    return with_all_owners([&] { return run(*given, wishes); });
  };
  return command;
}

}  // namespace lockstep::fetch
