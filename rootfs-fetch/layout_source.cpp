#include "rootfs-fetch/layout_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "common/images/store.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/hashed_file.hpp"

namespace lockstep::fetch {
namespace {

/// A layout somebody may be changing, and may have made of links and pipes: only files are read.
std::optional<Fd> open_file(const Fd& folder, const std::string& path) {
  Fd file(::openat(folder.get(), path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return file;
}

class LayoutSource : public Source {
 public:
  explicit LayoutSource(const std::string& folder)
      : folder_(sys::open(folder, O_RDONLY | O_DIRECTORY)), name_(folder) {
    if (open_file(folder_, "oci-layout") && open_file(folder_, "index.json")) return;
    throw Error(fmt::format("{} is no OCI image layout", quoted(folder)),
                "such a folder has the files oci-layout and index.json; a root file system is "
                "dir:DIR, or `rootfs-fetch import`");
  }

  std::vector<images::IndexEntry> entries() override {
    const auto file = open_file(folder_, "index.json");
    if (!file) throw Error(fmt::format("{}/index.json is no file", name_));
    return images::read_index(read_all(*file, "index.json"), name_ + "/index.json");
  }

  void bring(const images::Descriptor& descriptor) override {
    const std::string path = "blobs/sha256/" + images::hex_of(descriptor.digest);
    const auto file = open_file(folder_, path);
    if (!file) throw Error(fmt::format("{} has no blob {}", name_, descriptor.digest));
    struct stat status {};
    if (::fstat(file->get(), &status) != 0 || status.st_size != descriptor.size) {
      throw Error(fmt::format("{}: the blob {} is {} bytes long, and should be {}", name_,
                              descriptor.digest, status.st_size, descriptor.size));
    }
    const std::string found = copy(*file, descriptor.size);
    if (found != descriptor.digest)
      throw Error(fmt::format("{}: the blob {} is damaged: its content has the digest {}", name_,
                              descriptor.digest, found));
  }

 private:
  std::string copy(const Fd& file, int64_t most) const {
    HashedFile blob(incoming().folder());
    std::vector<char> buffer(256U << 10U);
    while (blob.size() < most) {  // it may be growing
      const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw SysError(errno, fmt::format("read(a blob of {})", quoted(name_)));
      if (count == 0) break;
      blob.write({buffer.data(), static_cast<size_t>(count)});
    }
    return blob.finish();
  }

  Fd folder_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Source> open_layout(const std::string& folder) {
  return std::make_unique<LayoutSource>(folder);
}

}  // namespace lockstep::fetch
