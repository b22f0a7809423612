#pragma once

#include <string>

#include "common/oci/config.hpp"

namespace lockstep::oci {

constexpr int kLastLesson = 9;

/// Reads a config.json. `name` is what errors call the document. Throws Error that names the place:
/// `config.json: process.args[1]: expected a string, got 7`, `config.json: line 3, column 5: …`. A
/// field that this step does nothing with is refused, never ignored in silence: `config.json:
/// linux.seccomp: not supported by this step`. (Unknown fields are ignored, as the spec demands:
/// "Extensibility".) `lesson` is that of the step that asks: what only later ones do something
/// with is refused, too.
Config read_config(const std::string& text, const std::string& name = "config.json",
                   int lesson = kLastLesson);

/// Reads `linux.resources` alone, as `update` is given them. Throws as read_config.
Resources read_resources(const std::string& text, const std::string& name);

/// Reads a `process` alone, of a container with a root, as `exec` is given it. Throws as read_config.
Process read_process_document(const std::string& text, const std::string& name);

/// Writes it as read_config reads it: empty parts are left out.
std::string write_config(const Config& config);

}  // namespace lockstep::oci
