// `commit`: a new image, of the container's image and one more layer, which holds its changes.
//
// Layers are tar files named by their SHA-256. Writing those is the image tool's work (a step is
// static, without libarchive and libcrypto), so the command is run: rootfs-fetch add-layer.

#include "02-pid/state.hpp"
#include "04-overlay/changes.hpp"
#include "04-overlay/changes_commands.hpp"
#include "04-overlay/image_tool.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/users/id_map.hpp"

namespace lockstep::overlay {
namespace {

struct Given {
  std::string author;
  std::string message;
  std::vector<std::string> changes;
  bool pause = true;
};

void add_maps(std::vector<std::string>& words, const users::Maps& maps) {
  for (const oci::IdMapping& range : maps.uids)
    words.insert(words.end(), {"--uidmap", users::text_of(range)});
  for (const oci::IdMapping& range : maps.gids)
    words.insert(words.end(), {"--gidmap", users::text_of(range)});
}

std::vector<std::string> words_of(const pid::Record& record, const Changes& changes,
                                  const Given& given, const std::string& name) {
  const std::string command = fmt::format("{}", fmt::join(record.config->process.args, " "));
  std::vector<std::string> out = {"rootfs-fetch", "add-layer", "--quiet",      "--store",
                                  changes.store,  "--base",    changes.digest, "--author",
                                  given.author,   "--message", given.message,  "--created-by",
                                  command};
  if (changes.whole) out.emplace_back("--whole");
  if (changes.shifted) add_maps(out, *changes.shifted);
  for (const std::string& line : given.changes) out.insert(out.end(), {"--change", line});
  out.insert(out.end(), {"--", changes.path, name});
  return out;
}

int commit(const std::string& id, const std::string& name, const Given& given, Pause pause) {
  const std::string program = find_image_tool("commit: to write a layer");
  const pid::State state = pid::State::open(id);  // locked: nobody deletes it meanwhile
  const pid::Status status = pid::status_now(state.record);
  if (status == pid::Status::kCreating) {
    throw Error(fmt::format("container {} is creating: its runtime was killed", quoted(id)),
                fmt::format("`delete --force {}` clears it", id));
  }
  const auto write_image = [&] {
    return with_changes(state.record, [&](const Changes& changes) {
      return run_image_tool(program, words_of(state.record, changes, given, name), Output::kOurs);
    });
  };
  if (status == pid::Status::kStopped || !given.pause) return write_image();
  if (pause != nullptr) return pause(state.record, write_image);
  narrate::say(fmt::format("(container {} runs on while it is read: pausing comes with lesson 07)",
                           quoted(id)));
  return write_image();
}

}  // namespace

cli::Command commit_command(Pause pause) {
  const auto given = std::make_shared<Given>();
  cli::Command command;
  command.name = "commit";
  command.usage = "[OPTIONS] ID IMAGE";
  command.summary = "make an image of a container's image and what it has changed in it";
  command.options = [given](cli::Options& options) {
    options.allow_anywhere();
    options.value("a,author", "AUTHOR", "who made it",
                  [given](const std::string& text) { given->author = text; });
    options.value("m,message", "MESSAGE", "what for: a comment in the image's history",
                  [given](const std::string& text) { given->message = text; });
    options.value("c,change", "LINE", "a setting as in a Dockerfile: 'CMD [\"sh\"]', 'ENV A=1', …",
                  [given](const std::string& line) { given->changes.push_back(line); });
    options.boolean("p,pause", "pause it meanwhile (from step 07 on; before that, it is only said)",
                    [given](bool value) { given->pause = value; });
  };
  command.run = [given, pause](const std::vector<std::string>& arguments) {
    if (arguments.size() != 2)
      throw cli::UsageError("commit: a container's ID and the new image's name are needed");
    return commit(arguments[0], arguments[1], *given, pause);
  };
  return command;
}

}  // namespace lockstep::overlay
