#pragma once

#include <string>
#include <string_view>

/// The parts of a reference, each by itself.
namespace lockstep::images {

/// A part of a repository: runs of lower-case letters and digits, and between two of them one of
/// ".", "_", "__", or dashes.
bool is_component(std::string_view text);

/// A host's name or address, and perhaps a port: "localhost:5000", "[::1]:5000".
bool is_registry(const std::string& text);

/// Whether what stands before the first '/' is a registry and not the beginning of a repository, as
/// docker decides it.
bool names_registry(std::string_view first);

}  // namespace lockstep::images
