// Layers, plain, by gzip or by zstd (the first byte says which), unpacked for overlayfs and as one tree: any error will
// do, but nothing may come to be beside the folder, and what is outside stays as it is.

#include <archive.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "common/images/empty_folder.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/byte_source.hpp"
#include "rootfs-fetch/size_limit.hpp"
#include "rootfs-fetch/unpack.hpp"

using namespace lockstep;
namespace fs = std::filesystem;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

namespace {

constexpr size_t kBlock = 512;

class Memory : public fetch::ByteSource {
 public:
  explicit Memory(std::string_view data) : left_(data) {}
  size_t read(char* buffer, size_t size) override {
    const size_t count = std::min(size, left_.size());
    std::memcpy(buffer, left_.data(), count);
    left_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view left_;
};

/// A folder of this process's, with one to unpack into, and a file that a layer is after.
struct Place {
  fs::path top = fs::temp_directory_path() / ("fuzz-layer." + std::to_string(::getpid()));
  fs::path root = top / "around/root";
  fs::path victim = top / "victim";

  Place() {
    fs::create_directories(root);
    std::ofstream(victim) << "untouched";
  }

  void check() const {
    std::ifstream in(victim);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto around = std::distance(fs::directory_iterator(top / "around"), {});
    const auto outside = std::distance(fs::directory_iterator(top), {});
    if (text != "untouched" || fs::hard_link_count(victim) != 1 || around != 1 || outside != 2)
      std::abort();
  }
};

/// A tar's header is believed only with the right sum of its bytes: else hardly a mutated one would be.
void mend_checksum(uint8_t* header) {
  constexpr size_t kSum = 148;
  constexpr size_t kDigits = 8;
  std::memset(header + kSum, ' ', kDigits);
  unsigned sum = 0;
  for (size_t i = 0; i < kBlock; ++i) sum += header[i];
  const std::string digits = fmt::format("{:06o}", sum);
  std::memcpy(header + kSum, digits.c_str(), digits.size() + 1);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned) {
  size = LLVMFuzzerMutate(data, size, most);
  for (size_t at = 1; size > 0 && data[0] % 3 == 0 && at + kBlock <= size; at += kBlock) {
    if (std::memcmp(data + at + 257, "ustar", 5) == 0) mend_checksum(data + at);
  }
  return size;
}

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" int LLVMFuzzerTestOneInput(const char* data, size_t size) {
  static const Place kPlace;
  if (size == 0) return 0;
  const char* const types[] = {images::kPlainLayerType, images::kGzipLayerType,
                               images::kZstdLayerType};
  const std::string digest = "sha256:" + std::string(64, '0');
  const images::Descriptor layer{types[static_cast<unsigned char>(data[0]) % 3], digest,
                                 static_cast<int64_t>(size - 1)};
  const Fd folder = sys::open(kPlace.root, O_RDONLY | O_DIRECTORY);
  try {
    Memory blob({data + 1, size - 1});
    fetch::SizeLimit limit(4 << 20);
    fetch::unpack_layer(blob, layer, digest, folder, &limit);
  } catch (const Error&) {
  }
  images::empty_folder(folder);
  ::fchmod(folder.get(), 0700);
  kPlace.check();
  return 0;
}
