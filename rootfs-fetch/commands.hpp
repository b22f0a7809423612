#pragma once

#include <cstdint>

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
cli::Command pull_command(const Wishes& wishes);
cli::Command push_command(const Wishes& wishes);
cli::Command login_command(const Wishes& wishes);
cli::Command logout_command(const Wishes& wishes);
cli::Command remove_command(const Wishes& wishes);
cli::Command unpack_command(const Wishes& wishes);
cli::Command tag_command(const Wishes& wishes);
cli::Command prune_command(const Wishes& wishes);
cli::Command verify_command(const Wishes& wishes);
cli::Command load_command(const Wishes& wishes);
cli::Command save_command(const Wishes& wishes);
cli::Command import_command(const Wishes& wishes);
cli::Command bundle_command(const Wishes& wishes);

/// The image that needs no registry, `rootfs-fetch busybox`.
constexpr const char* kEmbedded = "busybox";
int make_embedded(const Wishes& wishes);

/// `--format table|json`, for commands that show something; options may then stand anywhere.
void add_format(cli::Options& options, bool& json);

/// `--max-size SIZE`, for commands that unpack layers.
void add_max_size(cli::Options& options, uint64_t& bytes);

/// Throws UsageError unless there are so many positional arguments; `names` says which: "NAME DIR".
void expect_arguments(const std::vector<std::string>& arguments, size_t count,
                      const std::string& command, const std::string& names);

}  // namespace lockstep::fetch
