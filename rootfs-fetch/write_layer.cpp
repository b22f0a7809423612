#include "rootfs-fetch/write_layer.hpp"

#include <archive_entry.h>

#include <algorithm>

#include "rootfs-fetch/archive_handle.hpp"

namespace lockstep::fetch {
namespace {

la_ssize_t append(archive*, void* out, const void* data, size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

void check(const Writer& writer, int result) {
  if (result != ARCHIVE_OK) fail(writer.get(), "making a layer");
}

void write_data(const Writer& writer, const std::string& data) {
  if (::archive_write_data(writer.get(), data.data(), data.size()) !=
      static_cast<la_ssize_t>(data.size())) {
    fail(writer.get(), "making a layer");
  }
}

struct FreeEntry {
  void operator()(archive_entry* entry) const { ::archive_entry_free(entry); }
};
using Header = std::unique_ptr<archive_entry, FreeEntry>;

void write_entry(const Writer& tar, const LayerEntry& entry) {
  const Header header(::archive_entry_new());
  ::archive_entry_set_pathname(header.get(), entry.path.c_str());
  ::archive_entry_set_perm(header.get(), entry.mode);
  ::archive_entry_set_mtime(header.get(), 0, 0);
  ::archive_entry_set_size(header.get(), 0);
  switch (entry.kind) {
    case Kind::kFolder:
      ::archive_entry_set_filetype(header.get(), AE_IFDIR);
      break;
    case Kind::kFile:
      ::archive_entry_set_filetype(header.get(), AE_IFREG);
      ::archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.content.size()));
      break;
    case Kind::kLink:
      ::archive_entry_set_filetype(header.get(), AE_IFLNK);
      ::archive_entry_set_symlink(header.get(), entry.content.c_str());
      break;
  }
  check(tar, ::archive_write_header(tar.get(), header.get()));
  if (entry.kind == Kind::kFile) write_data(tar, entry.content);
}

}  // namespace

std::string make_tar(std::vector<LayerEntry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const LayerEntry& one, const LayerEntry& other) { return one.path < other.path; });
  std::string out;
  const Writer tar(::archive_write_new());
  check(tar, ::archive_write_set_format_ustar(tar.get()));
  check(tar, ::archive_write_open(tar.get(), &out, nullptr, append, nullptr));
  for (const LayerEntry& entry : entries) write_entry(tar, entry);
  check(tar, ::archive_write_close(tar.get()));
  return out;
}

std::string gzip(const std::string& text) {
  std::string out;
  const Writer raw(::archive_write_new());
  check(raw, ::archive_write_set_format_raw(raw.get()));
  check(raw, ::archive_write_add_filter_gzip(raw.get()));
  check(raw, ::archive_write_set_filter_option(raw.get(), "gzip", "timestamp", nullptr));
  check(raw, ::archive_write_set_bytes_in_last_block(raw.get(), 1));  // no padding behind the end
  check(raw, ::archive_write_open(raw.get(), &out, nullptr, append, nullptr));
  const Header header(::archive_entry_new());
  ::archive_entry_set_filetype(header.get(), AE_IFREG);
  check(raw, ::archive_write_header(raw.get(), header.get()));
  write_data(raw, text);
  check(raw, ::archive_write_close(raw.get()));
  return out;
}

}  // namespace lockstep::fetch
