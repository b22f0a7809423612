// `rootfs-fetch save -o FILE NAME…`: images as one archive.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "common/images/durable.hpp"
#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/write_archive.hpp"

namespace lockstep::fetch {
namespace {

struct Given {
  std::string output = "-";
  bool docker = false;
};

void write(const images::Store& store, const std::vector<Image>& images, const Given& given,
           const Fd& file) {
  const auto append = [&](std::string_view data) {
    images::write_to_disk(file, data, given.output == "-" ? "standard output" : given.output);
  };
  given.docker ? write_docker_archive(store, images, append)
               : write_oci_archive(store, images, append);
}

/// Complete under its name, or not at all. What is no file (a device, a pipe) is written to as it
/// is.
void write_file(const images::Store& store, const std::vector<Image>& images, const Given& given) {
  struct stat status {};
  const bool there = ::stat(given.output.c_str(), &status) == 0;
  if (there && !S_ISREG(status.st_mode))
    return write(store, images, given, sys::open(given.output, O_WRONLY));
  const std::string temporary = fmt::format("{}.{}.part", given.output, ::getpid());
  const Fd file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file) {
    const int code = errno;
    throw SysError(code, fmt::format("open({}, O_CREAT)", quoted(given.output)),
                   images::disk_hint(code));
  }
  try {
    write(store, images, given, file);
    images::sync(file, given.output);
    if (::rename(temporary.c_str(), given.output.c_str()) != 0)
      throw SysError(errno, fmt::format("rename({}, {})", quoted(temporary), quoted(given.output)));
  } catch (const Error&) {
    ::unlink(temporary.c_str());
    throw;
  }
}

int run(const Given& given, const std::vector<std::string>& names, const Wishes& wishes) {
  const auto store = images::Store::open();
  std::vector<Image> images;
  images.reserve(names.size());
  for (const std::string& name : names) {
    images.push_back(find_verified(store, name));
    require_blobs(*store, images.back());
  }
  if (given.output != "-") {
    write_file(*store, images, given);
    if (!wishes.quiet) fmt::print("{} saved to {}\n", fmt::join(names, ", "), quoted(given.output));
    return 0;
  }
  if (::isatty(STDOUT_FILENO) == 1)
    throw cli::UsageError("save: an archive is nothing for a terminal", "-o FILE, or a pipe");
  write(*store, images, given, Fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)));
  return 0;
}

}  // namespace

cli::Command save_command(const Wishes& wishes) {
  const auto given = std::make_shared<Given>();
  cli::Command command;
  command.name = "save";
  command.usage = "[OPTIONS] [-o FILE] NAME…";
  command.summary = "write images to an archive, OCI's or Docker's";
  command.options = [given](cli::Options& options) {
    options.allow_anywhere();
    options.value("o,output", "FILE", "the archive (default: -, standard output)",
                  [given](const std::string& path) {
                    images::check_path(path, "--output");
                    given->output = path;
                  });
    options.value(
        "format", "oci-archive|docker-archive", "which kind (default: oci-archive)",
        [given](const std::string& kind) {
          given->docker = kind == "docker-archive";
          if (!given->docker && kind != "oci-archive")
            throw cli::UsageError(fmt::format(
                "--format: expected oci-archive or docker-archive, got {}", quoted(kind)));
        });
  };
  command.run = [given, &wishes](const std::vector<std::string>& arguments) {
    if (arguments.empty()) expect_arguments(arguments, 1, "save", "NAME…");
    return run(*given, arguments, wishes);
  };
  return command;
}

}  // namespace lockstep::fetch
