#include "rootfs-fetch/tar_writer.hpp"

#include <cerrno>

namespace lockstep::fetch {

TarHeader header_of(const std::string& path) {
  TarHeader header(::archive_entry_new());
  ::archive_entry_set_pathname(header.get(), path.c_str());
  ::archive_entry_set_mtime(header.get(), 0, 0);
  ::archive_entry_set_size(header.get(), 0);
  return header;
}

TarWriter::TarWriter(const Write& write) : write_(write), tar_(::archive_write_new()) {
  check(::archive_write_set_format_pax(tar_.get()));  // "restricted" has whole seconds only
  check(::archive_write_set_format_option(tar_.get(), "pax", "xattrheader", "SCHILY"));
  check(::archive_write_open(tar_.get(), this, nullptr, pass_on, nullptr));
}

void TarWriter::add(const TarHeader& header) {
  check(::archive_write_header(tar_.get(), header.get()));
}

void TarWriter::add_content(std::string_view data) {
  const la_ssize_t count = ::archive_write_data(tar_.get(), data.data(), data.size());
  check(count == static_cast<la_ssize_t>(data.size()) ? ARCHIVE_OK : ARCHIVE_FATAL);
}

void TarWriter::finish() { check(::archive_write_close(tar_.get())); }

/// An exception waits until libarchive's C code has returned.
la_ssize_t TarWriter::pass_on(archive* tar, void* self, const void* data, size_t size) {
  auto& own = *static_cast<TarWriter*>(self);
  try {
    if (!own.thrown_) own.write_({static_cast<const char*>(data), size});
    if (!own.thrown_) return static_cast<la_ssize_t>(size);
  } catch (...) {
    own.thrown_ = std::current_exception();
  }
  ::archive_set_error(tar, EIO, "%s", "the layer can't be written");
  return -1;
}

/// A warning is about a name that is no ASCII: it is written as it is.
void TarWriter::check(int result) {
  if (thrown_) std::rethrow_exception(thrown_);
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN) fail(tar_.get(), "making a layer");
}

}  // namespace lockstep::fetch
