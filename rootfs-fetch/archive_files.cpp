#include "rootfs-fetch/archive_files.hpp"

#include <archive_entry.h>

#include <algorithm>

#include "common/images/location.hpp"
#include "rootfs-fetch/hashed_file.hpp"
#include "rootfs-fetch/size_limit.hpp"

namespace lockstep::fetch {
namespace {

constexpr size_t kPiece = 256U << 10U;
constexpr size_t kMostEntries = 50'000;  // an image has some ten files
constexpr size_t kLongestName = 1024;

/// "./a//b/../c" → "a/c": names in the tar, none of which ever becomes a path here.
std::string normal(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    at = end + 1;
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  return fmt::format("{}", fmt::join(parts, "/"));
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

ArchiveFiles ArchiveFiles::read(const Fd& input, const std::string& name, const Fd& folder,
                                SizeLimit& limit) {
  ArchiveFiles out;
  out.name_ = name;
  const Reader tar(::archive_read_new());
  ::archive_read_support_filter_gzip(tar.get());
  ::archive_read_support_filter_zstd(tar.get());
  ::archive_read_support_filter_xz(tar.get());
  ::archive_read_support_filter_bzip2(tar.get());
  ::archive_read_support_format_tar(tar.get());
  if (::archive_read_open_fd(tar.get(), input.get(), kPiece) != ARCHIVE_OK) fail(tar.get(), name);
  archive_entry* entry = nullptr;
  for (size_t count = 0;; ++count) {
    const int result = ::archive_read_next_header(tar.get(), &entry);
    if (result == ARCHIVE_EOF) return out;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
      fail(tar.get(), name, "is it an image's archive, and complete?");
    if (count == kMostEntries)
      throw Error(fmt::format("{} has more than {} entries, and no image's archive has", name,
                              kMostEntries));
    out.take(tar.get(), entry, folder, limit);
  }
}

void ArchiveFiles::take(archive* tar, archive_entry* entry, const Fd& folder, SizeLimit& limit) {
  const std::string raw = text_of(::archive_entry_pathname(entry));
  if (raw.size() > kLongestName)
    throw Error(
        fmt::format("{} has a name of {} bytes, and no image's archive has", name_, raw.size()));
  const std::string path = normal(raw);
  if (const char* target = ::archive_entry_hardlink(entry)) {
    links_[path] = normal(target);
  } else if (::archive_entry_filetype(entry) == AE_IFLNK) {
    links_[path] = normal(folder_of(path) + text_of(::archive_entry_symlink(entry)));
  } else if (::archive_entry_filetype(entry) == AE_IFREG) {
    HashedFile file(folder);
    std::vector<char> buffer(kPiece);
    for (;;) {
      const la_ssize_t count = ::archive_read_data(tar, buffer.data(), buffer.size());
      if (count < 0) fail(tar, name_, "is it complete?");
      if (count == 0) break;
      limit.take(static_cast<uint64_t>(count));
      file.write({buffer.data(), static_cast<size_t>(count)});
    }
    const int64_t size = file.size();
    files_[path] = {file.finish(), size};
    links_.erase(path);
  }
}

const ArchiveFiles::File* ArchiveFiles::find(const std::string& path) const {
  std::string at = normal(path);
  for (size_t steps = 0; steps <= links_.size(); ++steps) {
    if (const auto found = files_.find(at); found != files_.end()) return &found->second;
    const auto link = links_.find(at);
    if (link == links_.end()) return nullptr;
    at = link->second;
  }
  return nullptr;  // links in a circle
}

const ArchiveFiles::File* ArchiveFiles::by_digest(const std::string& digest) const {
  const auto found = std::find_if(files_.begin(), files_.end(),
                                  [&](const auto& file) { return file.second.digest == digest; });
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace lockstep::fetch
