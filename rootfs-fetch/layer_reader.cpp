#include "rootfs-fetch/layer_reader.hpp"

#include <cerrno>

#include "common/images/store.hpp"

namespace lockstep::fetch {
namespace {

constexpr size_t kPiece = 256U << 10U;

}  // namespace

LayerReader::LayerReader(Fd blob, const images::Descriptor& layer)
    : blob_(std::move(blob)),
      name_("the layer " + layer.digest),
      buffer_(kPiece),
      plain_(::archive_read_new()),
      tar_(::archive_read_new()) {
  if (layer.media_type == images::kGzipLayerType) {
    ::archive_read_support_filter_gzip(plain_.get());
  } else if (layer.media_type != images::kPlainLayerType) {
    throw Error(fmt::format("{}: its kind {} can't be unpacked", name_, quoted(layer.media_type)),
                "plain tar and tar+gzip can");
  }
  archive_entry* header = nullptr;
  ::archive_read_support_format_raw(plain_.get());
  if (::archive_read_open_fd(plain_.get(), blob_.get(), kPiece) != ARCHIVE_OK ||
      ::archive_read_next_header(plain_.get(), &header) != ARCHIVE_OK) {
    fail(plain_.get(), name_, images::kDamagedHint);
  }
  ::archive_read_support_format_tar(tar_.get());
  if (::archive_read_open(tar_.get(), this, nullptr, feed, nullptr) != ARCHIVE_OK) fail_reading();
}

la_ssize_t LayerReader::feed(archive* tar, void* self, const void** data) {
  auto& reader = *static_cast<LayerReader*>(self);
  const la_ssize_t count =
      ::archive_read_data(reader.plain_.get(), reader.buffer_.data(), reader.buffer_.size());
  if (count < 0) {
    const char* why = ::archive_error_string(reader.plain_.get());
    ::archive_set_error(tar, EIO, "%s", why != nullptr ? why : "can't be decompressed");
    return -1;
  }
  reader.hash_.update({reader.buffer_.data(), static_cast<size_t>(count)});
  *data = reader.buffer_.data();
  return count;
}

archive_entry* LayerReader::next() {
  archive_entry* entry = nullptr;
  const int result = ::archive_read_next_header(tar_.get(), &entry);
  if (result == ARCHIVE_EOF) return nullptr;
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
    fail_reading();  // a warning: a name's character set
  return entry;
}

bool LayerReader::next_block(const void*& data, size_t& size, la_int64_t& offset) {
  const int result = ::archive_read_data_block(tar_.get(), &data, &size, &offset);
  if (result == ARCHIVE_EOF) return false;
  if (result != ARCHIVE_OK) fail_reading();
  return true;
}

std::string LayerReader::diff_id() {
  const void* data = nullptr;
  la_ssize_t count = 0;
  do {  // the tar's reader stops at its end mark; the digest is of what follows, too
    count = feed(tar_.get(), this, &data);
  } while (count > 0);
  if (count < 0) fail_reading();
  return hash_.digest();
}

void LayerReader::fail_reading() { fail(tar_.get(), name_, images::kDamagedHint); }

}  // namespace lockstep::fetch
