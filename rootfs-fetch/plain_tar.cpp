#include "rootfs-fetch/plain_tar.hpp"

#include <unistd.h>

#include <array>
#include <vector>

#include "common/os/error.hpp"
#include "rootfs-fetch/file_source.hpp"
#include "rootfs-fetch/inflate.hpp"
#include "rootfs-fetch/sha256.hpp"
#include "rootfs-fetch/size_limit.hpp"

namespace lockstep::fetch {
namespace {

constexpr size_t kPiece = 256U << 10U;

}  // namespace

void read_plain(Fd blob, images::Packing packing, const std::string& name, SizeLimit* limit,
                const std::function<void(std::string_view)>& write) {
  FileSource file(std::move(blob), name);
  const auto plain = inflate(file, packing);
  std::vector<char> buffer(kPiece);
  try {
    while (const size_t count = plain->read(buffer.data(), buffer.size())) {
      if (limit != nullptr) limit->take(count);
      write({buffer.data(), count});
    }
  } catch (const SysError&) {
    throw;
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", name, error.what()), error.hint());
  }
}

Plain measure_plain(Fd blob, images::Packing packing, const std::string& name, SizeLimit* limit) {
  Sha256 hash;
  Plain out;
  read_plain(std::move(blob), packing, name, limit, [&](std::string_view data) {
    hash.update(data);
    out.size += static_cast<int64_t>(data.size());
  });
  out.digest = hash.digest();
  return out;
}

std::optional<images::Packing> packing_of_file(const Fd& file) {
  constexpr size_t kMagicAt = 257;  // of a tar's first header: "ustar"
  std::array<char, 512> start{};
  const ssize_t count = ::pread(file.get(), start.data(), start.size(), 0);
  const std::string_view text(start.data(), count > 0 ? static_cast<size_t>(count) : 0);
  if (text.starts_with("\x1f\x8b")) return images::Packing::kGzip;
  if (text.starts_with("\x28\xb5\x2f\xfd")) return images::Packing::kZstd;
  const bool is_tar =
      text.size() == start.size() && (text.substr(kMagicAt).starts_with("ustar") ||
                                      text.find_first_not_of('\0') == std::string_view::npos);
  return is_tar ? std::optional(images::Packing::kPlain) : std::nullopt;
}

}  // namespace lockstep::fetch
