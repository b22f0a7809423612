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
    damaged += fmt::format("{}{{\"kind\":\"{}\",\"digest\":{},\"problem\":{},\"images\":[{}]}}",
                           damaged.empty() ? "" : ",", damage.is_unpacked_layer ? "layer" : "blob",
                           json_quoted(damage.digest), json_quoted(damage.problem), names);
  }
  return fmt::format("{{\"images\":{},\"blobs\":{},\"bytes\":{},\"damaged\":[{}]}}\n",
                     verdict.images, verdict.blobs, verdict.bytes, damaged);
}

std::string as_text(const Verdict& verdict) {
  const char* const unneeded = verdict.is_complete
                                   ? "no image needs it\n"
                                   : "it may be of an image whose manifest or config is damaged\n";
  std::string out;
  for (const std::string& name : verdict.without_blobs) {
    out += fmt::format(
        "({} has no blobs: save and push need `rootfs-fetch pull --keep-blobs {}`)\n", name, name);
  }
  for (const Damage& damage : verdict.damages) {
    out += damage.problem + "\n  " +
           (damage.images.empty() ? unneeded
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

/// A second time where a document was damaged: what it stands for is known only now.
int repair_and_show(const Given& given, const Wishes& wishes, Verdict verdict) {
  std::vector<std::string> failed;
  for (bool again = true; again && !verdict.damages.empty();) {
    again = !verdict.is_complete;
    failed = repair(verdict, !wishes.quiet);
    verdict = verify(*Store::open());
    again = again && verdict.is_complete;
  }
  show(verdict, given.json, wishes);
  if (!failed.empty())
    throw Error(fmt::format("not repaired: {}", fmt::join(failed, "; ")),
                "get it again as you got it (load, import, commit), or `rootfs-fetch rm` it");
  return verdict.damages.empty() ? 0 : 1;
}

int run(const Given& given, const Wishes& wishes) {
  Verdict verdict;
  if (const auto store = Store::open()) verdict = verify(*store);
  if (given.repair) return repair_and_show(given, wishes, std::move(verdict));
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
