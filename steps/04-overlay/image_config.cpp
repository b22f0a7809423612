#include "04-overlay/image_config.hpp"

#include "common/cli/options.hpp"

namespace lockstep::overlay {
namespace {

#if defined(__x86_64__)
constexpr const char* kArchitecture = "amd64";
constexpr const char* kAlso = "386";  // which such a processor runs as well
#elif defined(__aarch64__)
constexpr const char* kArchitecture = "arm64";
constexpr const char* kAlso = "";
#else
#error "name this processor as GOARCH does: the image-spec's config.md, \"architecture\""
#endif

/// A variable without a value would mean the caller's to --env: an image could read a secret's name
/// and get its value.
void check_variable(const std::string& variable, const std::string& image) {
  const size_t equals = variable.find('=');
  if (equals != 0 && equals != std::string::npos) return;
  throw Error(fmt::format("the image {}: Env: expected NAME=value, got {}", quoted(image),
                          quoted(variable)),
              "the image's config is wrong: don't trust it");
}

/// "", "root", "0", "root:root" and "0:0" are who runs anyway.
bool is_root(const std::string& user) {
  const size_t colon = user.find(':');
  const auto zero = [](const std::string& part) {
    return part.empty() || part == "0" || part == "root";
  };
  return zero(user.substr(0, colon)) &&
         (colon == std::string::npos || zero(user.substr(colon + 1)));
}

/// The image-spec wants labels to win over what is derived. Only ours are not for an image to set:
/// they say which folders are the container's.
void add_annotations(const images::ImageConfig& image, oci::Config& config) {
  const auto set = [&](const char* name, const std::string& value) {
    if (!value.empty()) config.annotations[name] = value;
  };
  set("org.opencontainers.image.os", image.os);
  set("org.opencontainers.image.architecture", image.architecture);
  set("org.opencontainers.image.author", image.author);
  set("org.opencontainers.image.created", image.created);
  set(oci::kStopSignalAnnotation, image.stop_signal);
  set(oci::kExposedPortsAnnotation, fmt::format("{}", fmt::join(image.exposed_ports, ",")));
  for (const auto& [name, value] : image.labels) {
    if (!name.empty() && !name.starts_with(oci::kOurAnnotations)) config.annotations[name] = value;
  }
}

}  // namespace

void check_platform(const images::Image& image) {
  const images::ImageConfig& config = image.config;
  if (config.os == "linux" &&
      (config.architecture == kArchitecture || config.architecture == kAlso))
    return;
  throw Error(fmt::format("the image {} is for {}, and this machine is linux/{}",
                          quoted(image.name), image.platform(), kArchitecture),
              "get the image for this platform");
}

void apply_image(const images::Image& image, oci::Config& config) {
  for (const std::string& variable : image.config.env) check_variable(variable, image.name);
  config.process.env = image.config.env;  // lesson 03 adds to it
  const std::string& folder = image.config.working_dir;
  if (config.process.cwd.empty() && !folder.empty())
    config.process.cwd = folder[0] == '/' ? folder : "/" + folder;
  if (!is_root(image.config.user)) config.annotations[oci::kUserAnnotation] = image.config.user;
  add_annotations(image.config, config);
}

std::vector<std::string> command_of(const images::Image& image,
                                    const std::optional<std::string>& entrypoint,
                                    const std::vector<std::string>& command) {
  std::vector<std::string> out;
  if (!entrypoint) {
    out = image.config.entrypoint;
  } else if (!entrypoint->empty()) {
    out = {*entrypoint};
  }
  const bool use_cmd = command.empty() && !entrypoint;
  const std::vector<std::string>& rest = use_cmd ? image.config.cmd : command;
  out.insert(out.end(), rest.begin(), rest.end());
  if (!out.empty()) return out;
  throw cli::UsageError(
      fmt::format("run: a command is missing, and the image {} names {}", quoted(image.name),
                  entrypoint ? "only what was replaced" : "none"),
      fmt::format("add one: run {} COMMAND", image.name));
}

}  // namespace lockstep::overlay
