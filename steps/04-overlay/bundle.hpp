#pragma once

#include <string>

#include "common/oci/config.hpp"

/// Lesson 04: a bundle, the runtime-spec's form of a container on disk: a folder with a config.json
/// and, as a rule, the root file system that it names. An image is made into one before it runs.
/// See: the runtime-spec's bundle.md, config.md
namespace lockstep::bundle {

struct Bundle {
  std::string folder;  // absolute, without links
  oci::Config config;  // root.path likewise
};

/// Reads `file`, in `folder` unless its path is absolute. What this step can't do is refused, by its place in the file and
/// with the step that can: nothing is ignored in silence. A namespace that the list leaves out is
/// the host's own (config-linux.md, "Namespaces"): this step can do that for ipc, for those that later
/// lessons bring and, at the ladder's end, for all but mount.
/// Throws Error; SysError if there is no such folder or file.
Bundle open(const std::string& folder, const std::string& file);

/// Annotation: "pid,uts", those of the host's namespaces that the container shares for the list leaves
/// them out. (ipc has its own: lesson 02.)
constexpr const char* kSharedAnnotation = "io.lockstep.shared-namespaces";

/// A later lesson's part of `spec`; `rootless`: for an ordinary user's container, whoever asks.
using Complete = void (*)(oci::Config&, bool rootless);

/// What `spec` writes: `runc spec`'s settings, as far as the step of that lesson honours them, and
/// what `complete`, a later lesson's, adds.
oci::Config default_config(int lesson, Complete complete, bool rootless = false);

/// Writes it to `folder`/config.json.
/// Throws SysError, EEXIST if there is one already.
void write_default(const std::string& folder, Complete complete, bool rootless);

}  // namespace lockstep::bundle
