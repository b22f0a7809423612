#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/cli/options.hpp"
#include "rootfs-fetch/registry/http.hpp"

namespace lockstep::fetch {

/// How registries are reached: options, and a file for what should hold for good,
/// $LOCKSTEP_REGISTRIES, else lockstep/registries.json in $XDG_CONFIG_HOME or ~/.config, else
/// /etc/lockstep/registries.json:
///     {"docker.io": {"mirrors": ["mirror.example:5000"]},
///      "10.0.0.1:5000": {"insecure": true},
///      "registry.example": {"ca": "/etc/ssl/own.pem"}}
class Settings {
 public:
  /// Reads the file, if there is one. Throws Error.
  void read_file();

  Connection connection(const std::string& registry) const;
  /// Where its images are looked for before the registry itself: "HOST[:PORT][/PATH]".
  std::vector<std::string> mirrors(const std::string& registry) const;

  /// `--ca`, `--insecure`, `--mirror`.
  void add_options(cli::Options& options);

 private:
  struct Entry {
    std::vector<std::string> mirrors;
    bool insecure = false;
    std::string ca;
  };
  void add_mirror(const std::string& text);
  static std::map<std::string, Entry> parse(const std::string& text, const std::string& where);

  Connection given_;
  std::map<std::string, std::vector<std::string>> given_mirrors_;
  std::map<std::string, Entry> entries_;
};

}  // namespace lockstep::fetch
