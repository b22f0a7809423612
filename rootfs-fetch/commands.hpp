#pragma once

#include "common/cli/program.hpp"

namespace lockstep::fetch {

/// What every command was told.
struct Wishes {
  bool quiet = false;  // only what a script needs
};

cli::Command busybox_command(const Wishes& wishes);
cli::Command add_layer_command(const Wishes& wishes);
cli::Command export_command(const Wishes& wishes);
cli::Command list_command(const Wishes& wishes);
cli::Command inspect_command(const Wishes& wishes);
cli::Command remove_command(const Wishes& wishes);
cli::Command unpack_command(const Wishes& wishes);

/// `--format table|json`, for commands that show something; options may then stand anywhere.
void add_format(cli::Options& options, bool& json);

/// Throws UsageError unless there are so many positional arguments; `names` says which: "NAME DIR".
void expect_arguments(const std::vector<std::string>& arguments, size_t count,
                      const std::string& command, const std::string& names);

}  // namespace lockstep::fetch
