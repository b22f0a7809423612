#pragma once

#include <string>
#include <vector>

#include "common/cli/options.hpp"

/// How a shell completes a program's words. The shell's part is a few lines that ask the program:
/// `PROGRAM completion words WORD…` prints what could stand in the last WORD's place.
namespace lockstep::cli {

/// For `source <(PROGRAM completion bash)`, or zsh. Throws UsageError for another shell.
std::string completion_script(const std::string& program, const std::string& shell);

/// A line among the candidates that means: or a file.
constexpr const char* kFiles = ":files";

/// The way a command's arguments are named in its usage, without its options: "[OPTIONS] [-o FILE]
/// NAME…" → "NAME…".
std::vector<std::string> arguments_in(const std::string& usage);

/// The name of the argument number `index` (from 0), several where either can stand there:
/// "TAR|DIR". The last one is all that follow where it ends in "…". Empty if there is none.
std::vector<std::string> argument_names(const std::string& usage, size_t index);

/// Of an option's value: "table|json" → both; a DIR or a FILE → kFiles.
std::vector<std::string> value_candidates(const std::string& metavar);
/// Whether an argument of that name is a file of the caller's.
bool is_file_name(const std::string& name);

}  // namespace lockstep::cli
