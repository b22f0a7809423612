#include "04-overlay/options.hpp"

#include <memory>
#include <optional>

#include "02-pid/commands.hpp"
#include "04-overlay/image_config.hpp"
#include "04-overlay/image_volumes.hpp"
#include "04-overlay/pull.hpp"
#include "04-overlay/sandbox.hpp"
#include "common/cli/program.hpp"
#include "common/images/image.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::overlay {
namespace {

constexpr int kUserLesson = 6;

struct Given {
  std::optional<std::string> entrypoint;
  std::string stop_signal;
  Pull pull = Pull::kMissing;
  std::vector<std::string> volumes;  // the image's
};

void take_image(cli::Options::Words& words, oci::Config& config, Given& given) {
  if (words.empty()) {
    throw cli::UsageError("run: an image is missing",
                          "run IMAGE [COMMAND …]: `images` lists them; or --rootfs DIR COMMAND");
  }
  const images::Image image = get_image(words.front(), given.pull);
  check_platform(image);
  words.erase(words.begin());
  words = command_of(image, given.entrypoint, words);
  apply_image(image, config);
  given.volumes = image.config.volumes;
  const std::string sandbox = sandbox_of(config.id);
  config.annotations[oci::kImageAnnotation] = image.name;
  config.annotations[oci::kDigestAnnotation] = image.descriptor.digest;
  config.annotations[oci::kSandboxAnnotation] = sandbox;
  config.root.path = sandbox + "/merged";
}

void say_who_runs(const oci::Config& config) {
  const std::string user = oci::annotation(config, oci::kUserAnnotation);
  if (user.empty() || cli::lesson() >= kUserLesson) return;
  narrate::say(fmt::format("(the image's user {} is honoured from step06 on: this runs as root)",
                           quoted(user)));
}

}  // namespace

void options(cli::Options& options, oci::Config& config) {
  const auto given = std::make_shared<Given>();
  options.value("entrypoint", "PROGRAM", "in place of the image's own program (\"\": of none)",
                [given](const std::string& program) { given->entrypoint = program; });
  options.value("stop-signal", "SIGNAL",
                "what `stop` sends (default: what the image says, or TERM)",
                [given](const std::string& name) {
                  pid::signal_of(name);
                  given->stop_signal = name;
                });
  options.value("pull", "missing|always|never", "when to get the image from its registry",
                [given](const std::string& when) { given->pull = pull_from(when); });
  options.words([given, &config](cli::Options::Words& words) {
    if (config.root.path.empty()) return take_image(words, config, *given);
    if (given->entrypoint)
      throw cli::UsageError("--entrypoint: there is no image whose program it could replace");
  });
  options.check([given, &config] {
    if (!given->stop_signal.empty())
      config.annotations[oci::kStopSignalAnnotation] = given->stop_signal;
    if (!has_sandbox(config)) return;
    add_image_volumes(config, given->volumes, oci::annotation(config, oci::kSandboxAnnotation));
    say_who_runs(config);
  });
}

}  // namespace lockstep::overlay
