#include "rootfs-fetch/registry/settings.hpp"

#include <fcntl.h>

#include "common/images/location.hpp"
#include "common/images/reference_grammar.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep::fetch {
namespace {

std::vector<std::string> candidates() {
  if (const std::string file = sys::variable("LOCKSTEP_REGISTRIES"); !file.empty()) return {file};
  std::vector<std::string> out;
  const std::string config = sys::variable("XDG_CONFIG_HOME");
  const std::string home = sys::variable("HOME");
  if (config.starts_with('/')) {
    out.push_back(config + "/lockstep/registries.json");
  } else if (home.starts_with('/')) {
    out.push_back(home + "/.config/lockstep/registries.json");
  }
  out.emplace_back("/etc/lockstep/registries.json");
  return out;
}

void check_certificates(const std::string& path) {
  const std::string text = read_all(sys::open(path, O_RDONLY), path);
  if (text.find("-----BEGIN ") != std::string::npos) return;
  throw Error(fmt::format("{} has no certificate in PEM form", images::quoted_briefly(path)),
              "it begins with -----BEGIN CERTIFICATE-----");
}

}  // namespace

void Settings::read_file() {
  for (const std::string& path : candidates()) {
    if (const auto file = sys::open_if_there(path, O_RDONLY)) {
      entries_ = parse(read_all(*file, path), path);
      return;
    }
  }
}

Connection Settings::connection(const std::string& registry) const {
  Connection out = given_;
  const auto found = entries_.find(registry);
  if (found == entries_.end()) return out;
  out.insecure = out.insecure || found->second.insecure;
  if (out.ca.empty()) out.ca = found->second.ca;
  return out;
}

std::vector<std::string> Settings::mirrors(const std::string& registry) const {
  std::vector<std::string> out;
  if (const auto found = given_mirrors_.find(registry); found != given_mirrors_.end())
    out = found->second;
  if (const auto found = entries_.find(registry); found != entries_.end())
    out.insert(out.end(), found->second.mirrors.begin(), found->second.mirrors.end());
  return out;
}

void Settings::add_mirror(const std::string& text) {
  const size_t equals = text.find('=');
  const std::string mirror = equals == std::string::npos ? text : text.substr(equals + 1);
  const std::string registry = equals == std::string::npos ? "docker.io" : text.substr(0, equals);
  if (!images::is_registry(registry) || !images::is_registry(mirror.substr(0, mirror.find('/'))))
    throw cli::UsageError(fmt::format("expected [REGISTRY=]HOST[:PORT][/PATH], got {}",
                                      images::quoted_briefly(text)));
  given_mirrors_[registry].push_back(mirror);
}

void Settings::add_options(cli::Options& options) {
  options.value("ca", "FILE", "certificates (PEM) to trust beside the system's",
                [this](const std::string& file) {
                  check_certificates(file);
                  given_.ca = file;
                });
  options.flag("insecure", "allow plain HTTP (with this machine's own addresses it always is)",
               [this] { given_.insecure = true; });
  options.value("mirror", "[REGISTRY=]HOST[:PORT][/PATH]",
                "where images of REGISTRY (docker.io) are looked for first",
                [this](const std::string& text) { add_mirror(text); });
}

}  // namespace lockstep::fetch
