// `rootfs-fetch export NAME DIR`: an image's files as a folder of the caller's.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/images/durable.hpp"
#include "common/images/empty_folder.hpp"
#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/unpack.hpp"

namespace lockstep::fetch {
namespace {

void unpack(const images::Store& store, const Image& image, const Fd& folder,
            const std::string& name) {
  try {
    unpack_image(store, image, folder, name, Nodes::kMake);
  } catch (const Error&) {
    images::empty_folder(folder);
    throw;
  }
}

/// A folder that is there is filled where it is: it may be a mount point, which can't be renamed
/// over.
void fill(const images::Store& store, const Image& image, const Fd& folder,
          const std::string& name) {
  if (!images::names_in(folder).empty()) {
    throw Error(fmt::format("{} is not empty", quoted(name)),
                "give a new folder's name, or empty it first");
  }
  unpack(store, image, folder, name);
}

/// A new one appears complete, under its name, or not at all.
void make(const images::Store& store, const Image& image, const std::string& path) {
  if (exists(path)) throw Error(fmt::format("{} is there, and is no folder", quoted(path)));
  const std::string plain = path.substr(0, path.find_last_not_of('/') + 1);
  const size_t slash = plain.rfind('/');
  const std::string above = slash == std::string::npos ? "." : plain.substr(0, slash + 1);
  const std::string name = plain.substr(slash + 1);
  const std::string temporary = "." + name + ".rootfs-fetch";
  const Fd parent = sys::open(above, O_RDONLY | O_DIRECTORY);
  sys::make_directory(parent, temporary, 0755);
  const Fd folder(
      ::openat(parent.get(), temporary.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) throw SysError(errno, fmt::format("open({})", quoted(temporary)));
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(fmt::format("another rootfs-fetch is exporting to {} right now", quoted(path)));
  }
  images::empty_folder(folder);  // of one who was killed
  try {
    unpack(store, image, folder, path);
    if (::renameat(parent.get(), temporary.c_str(), parent.get(), name.c_str()) != 0) {
      throw SysError(errno, fmt::format("rename({}, {})", quoted(temporary), quoted(path)));
    }
  } catch (const Error&) {
    images::empty_folder(folder);
    ::unlinkat(parent.get(), temporary.c_str(), AT_REMOVEDIR);
    throw;
  }
  images::sync(parent, above);
}

int run(const std::string& name, const std::string& path, const Wishes& wishes) {
  images::check_path(path, "DIR");
  const auto store = images::Store::open();
  const Image image = find_verified(store, name);
  try {
    if (const auto folder = sys::open_if_there(path, O_RDONLY | O_DIRECTORY)) {
      fill(*store, image, *folder, path);
    } else {
      make(*store, image, path);
    }
  } catch (const SysError& error) {
    const char* hint =
        error.code() == ENOENT ? "the folder above it must exist: `mkdir -p` it" : "";
    throw SysError(SysError::Verbatim(), error.code(),
                   fmt::format("export to {}: {}", quoted(path), error.what()),
                   error.hint().empty() ? hint : error.hint(), error.failure());
  }
  if (!wishes.quiet) fmt::print("{} ({}) exported to {}\n", name, image.descriptor.digest, path);
  return 0;
}

}  // namespace

cli::Command export_command(const Wishes& wishes) {
  cli::Command command;
  command.name = "export";
  command.usage = "[OPTIONS] NAME DIR";
  command.summary = "write an image's files into a new or empty folder";
  command.options = [](cli::Options& options) { options.allow_anywhere(); };
  command.run = [&wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 2, "export", "NAME DIR");
    return run(arguments[0], arguments[1], wishes);
  };
  return command;
}

}  // namespace lockstep::fetch
