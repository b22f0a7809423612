// `rootfs-fetch load -i FILE` and `rootfs-fetch import FILE|DIR NAME`: images that need no registry.

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "rootfs-fetch/archive_source.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/local.hpp"
#include "rootfs-fetch/losses.hpp"
#include "rootfs-fetch/naming.hpp"
#include "rootfs-fetch/size_limit.hpp"

namespace lockstep::fetch {
namespace {

struct Given {
  std::string input = "-";
  uint64_t max_size = SizeLimit::kDefault;
  images::Platform platform = images::own_platform();
  std::vector<std::string> changes;
  std::string message;
};

void tell(const Image& image, const char* what, const Wishes& wishes) {
  if (wishes.quiet) {
    fmt::print("{}\n", image.descriptor.digest);
  } else {
    fmt::print("{} {}:\n{} ({})\n", image.name, what, image.descriptor.digest,
               images::human_size(image.size()));
  }
}

int load(const Given& given, const std::string& name, const Wishes& wishes) {
  SizeLimit of_archive(given.max_size);
  SizeLimit limit(given.max_size);
  const auto source = open_archive(given.input, of_archive);
  const std::string where = given.input == "-" ? "standard input" : quoted(given.input);
  for (const Selection& each : select(source->entries(), "", name, where))
    tell(take_image(*source, each.entry, each.name, given.platform, limit), "loaded", wishes);
  return 0;
}

void add_platform(cli::Options& options, images::Platform& platform, const char* help) {
  options.value("platform", "OS/ARCH", help,
                [&platform](const std::string& text) { platform = images::parse_platform(text); });
}

/// "…/debian.tar.gz" → "debian", "./rootfs/" → "rootfs".
std::string name_from(const std::string& path) {
  const std::string plain = path.substr(0, path.find_last_not_of('/') + 1);
  const std::string last = plain.substr(plain.rfind('/') + 1);
  std::string stem = last.substr(0, last.find(".tar"));
  if (!stem.empty() && stem != "-" && stem != "." && stem != "..") return stem;
  throw cli::UsageError("import: the image needs a name", "NAME as the last argument");
}

}  // namespace

cli::Command load_command(const Wishes& wishes) {
  const auto given = std::make_shared<Given>();
  cli::Command command;
  command.name = "load";
  command.usage = "[OPTIONS] [-i FILE] [NAME]";
  command.summary = "get images from an archive, OCI's or Docker's, also compressed";
  command.options = [given](cli::Options& options) {
    options.allow_anywhere();
    options.value("i,input", "FILE", "the archive (default: -, standard input)",
                  [given](const std::string& path) {
                    images::check_path(path, "--input");
                    given->input = path;
                  });
    add_platform(options, given->platform, "which image of several (default: this machine's)");
    add_max_size(options, given->max_size);
  };
  command.run = [given, &wishes](const std::vector<std::string>& arguments) {
    if (arguments.size() > 1) expect_arguments(arguments, 1, "load", "at most a NAME");
    if (!arguments.empty() && given->input == "-" && exists(arguments[0]) &&
        arguments[0].find(".tar") != std::string::npos)
      throw cli::UsageError(fmt::format("load: {} is a file, where a name for the image belongs",
                                        images::quoted_briefly(arguments[0])),
                            "load -i FILE reads an archive");
    const std::string name = arguments.empty() ? "" : new_name(arguments[0]);
    return with_all_owners([&] { return load(*given, name, wishes); });
  };
  return command;
}

cli::Command import_command(const Wishes& wishes) {
  const auto given = std::make_shared<Given>();
  cli::Command command;
  command.name = "import";
  command.usage = "[OPTIONS] TAR|DIR|- [NAME]";
  command.summary = "make an image of a root file system: a folder, or a tar, also compressed";
  command.options = [given](cli::Options& options) {
    options.allow_anywhere();
    options.value("c,change", "LINE", "a setting as in a Dockerfile: CMD, ENTRYPOINT, ENV, …",
                  [given](const std::string& line) { given->changes.push_back(line); });
    options.value("m,message", "MESSAGE", "what it is: the layer's comment in the history",
                  [given](const std::string& text) { given->message = text; });
    add_platform(options, given->platform, "what its programs run on (default: this machine's)");
    add_max_size(options, given->max_size);
  };
  command.run = [given, &wishes](const std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments.size() > 2)
      expect_arguments(arguments, 3, "import", "TAR|DIR [NAME]");
    images::check_path(arguments[0], "TAR|DIR");
    const std::string name =
        new_name(arguments.size() == 2 ? arguments[1] : name_from(arguments[0]));
    return with_all_owners([&] {
      tell(import_rootfs({arguments[0], name, given->platform, given->changes, given->message},
                         given->max_size),
           "imported", wishes);
      return 0;
    });
  };
  return command;
}

}  // namespace lockstep::fetch
