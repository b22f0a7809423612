#include "rootfs-fetch/layer_reader.hpp"

#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/images/store.hpp"
#include "rootfs-fetch/inflate.hpp"

namespace lockstep::fetch {
namespace {

images::Packing packing_of(const images::Descriptor& layer) {
  if (const auto packing = images::packing_of(layer.media_type)) return *packing;
  throw Error(fmt::format("the layer {}: its kind {} can't be unpacked", layer.digest,
                          quoted(layer.media_type)),
              "plain tar, tar+gzip and tar+zstd can");
}

}  // namespace

LayerReader::LayerReader(ByteSource& blob, const images::Descriptor& layer, SizeLimit* limit)
    : name_("the layer " + layer.digest),
      plain_(inflate(blob, packing_of(layer))),
      ahead_(*plain_, limit),
      tar_(::archive_read_new()) {
  ::archive_read_support_format_tar(tar_.get());
  ::archive_read_support_format_empty(tar_.get());
  if (::archive_read_open(tar_.get(), this, nullptr, feed, nullptr) != ARCHIVE_OK) fail_reading();
}

la_ssize_t LayerReader::feed(archive* tar, void* self, const void** data) {
  auto& reader = *static_cast<LayerReader*>(self);
  try {
    std::string_view piece = reader.ahead_.next();
    if (piece.empty()) piece = reader.padding();
    reader.fed_ += piece.size();
    *data = piece.data();
    return static_cast<la_ssize_t>(piece.size());
  } catch (...) {
    reader.error_ = std::current_exception();
    ::archive_set_error(tar, EIO, "can't be read");
    return -1;
  }
}

std::string_view LayerReader::padding() const {
  constexpr size_t kTarBlock = 512;
  static constexpr std::array<char, kTarBlock> kZeros{};
  const size_t over = fed_ % kTarBlock;
  return {kZeros.data(), left_ > 0 || over == 0 ? 0 : kTarBlock - over};
}

archive_entry* LayerReader::next() {
  archive_entry* entry = nullptr;
  left_ = 0;
  const int result = ::archive_read_next_header(tar_.get(), &entry);
  if (result == ARCHIVE_EOF) return nullptr;
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
    fail_reading();  // a warning: a name's character set
  size_ = left_ = std::max<la_int64_t>(::archive_entry_size(entry), 0);  // a hostile one is below
  return entry;
}

bool LayerReader::next_block(const void*& data, size_t& size, la_int64_t& offset) {
  const int result = ::archive_read_data_block(tar_.get(), &data, &size, &offset);
  if (result == ARCHIVE_EOF) return false;
  if (result != ARCHIVE_OK) fail_reading();
  const uint64_t end = static_cast<uint64_t>(offset) + size;
  left_ = size_ - static_cast<la_int64_t>(std::min(end, static_cast<uint64_t>(size_)));
  return true;
}

std::string LayerReader::diff_id() {
  try {  // the tar's reader stops at its end mark; the digest is of what follows, too
    while (!ahead_.next().empty()) {
    }
  } catch (const SysError&) {
    throw;
  } catch (const Error& error) {
    fail_with(error);
  }
  return ahead_.digest();
}

void LayerReader::fail_with(const Error& error) {
  throw Error(fmt::format("{}: {}", name_, error.what()),
              error.hint().empty() ? images::kDamagedHint : error.hint());
}

void LayerReader::fail_reading() {
  if (!error_) fail(tar_.get(), name_, images::kDamagedHint);
  try {
    std::rethrow_exception(error_);
  } catch (const SysError&) {
    throw;
  } catch (const Error& error) {
    fail_with(error);
  }
}

}  // namespace lockstep::fetch
