#include "rootfs-fetch/inflate.hpp"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "common/os/error.hpp"

namespace lockstep::fetch {
namespace {

constexpr size_t kPiece = 128U << 10U;

[[noreturn]] void refuse_early_end() { throw Error("the compressed data end too early"); }

class Plain : public ByteSource {
 public:
  explicit Plain(ByteSource& packed) : packed_(packed) {}
  size_t read(char* buffer, size_t size) override { return packed_.read(buffer, size); }

 private:
  ByteSource& packed_;
};

class Gzip : public ByteSource {
 public:
  explicit Gzip(ByteSource& packed) : packed_(packed), piece_(kPiece) {
    ::isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP;
  }

  size_t read(char* buffer, size_t size) override {
    state_.next_out = reinterpret_cast<uint8_t*>(buffer);
    state_.avail_out = static_cast<uint32_t>(std::min<size_t>(size, UINT32_MAX));
    const uint32_t room = state_.avail_out;
    while (state_.avail_out == room && go_on()) {
    }
    return room - state_.avail_out;
  }

 private:
  /// False at the end of the last member.
  bool go_on() {
    const bool at_end = state_.avail_in == 0 && !refill();
    if (between_members_ && (at_end || !begins_member())) {
      if (first_) refuse_early_end();
      return false;
    }
    const uint32_t room = state_.avail_out;
    check(::isal_inflate(&state_));
    if (state_.block_state == ISAL_BLOCK_FINISH) {
      ::isal_inflate_reset(&state_);
      state_.crc_flag = ISAL_GZIP;
      between_members_ = true;
      first_ = false;
    } else if (at_end && state_.avail_out == room) {
      refuse_early_end();
    }
    return true;
  }

  static void check(int result) {
    if (result == ISAL_DECOMP_OK) return;
    throw Error(result == ISAL_INCORRECT_CHECKSUM ? "the gzip data's checksum is wrong"
                : result == ISAL_INVALID_WRAPPER || result == ISAL_UNSUPPORTED_METHOD
                    ? "it is not in the gzip format"
                    : "the gzip data are damaged");
  }

  /// Zeros behind the last member are padding, as gzip(1) has it.
  bool begins_member() {
    if (!first_) {
      while (state_.avail_in > 0 && *state_.next_in == 0) {
        ++state_.next_in;
        --state_.avail_in;
        padded_ = true;
      }
      if (state_.avail_in == 0) return refill() && begins_member();
      if (padded_) throw Error("there is something behind the end of the gzip data");
    }
    between_members_ = false;
    return true;
  }

  bool refill() {
    state_.next_in = piece_.data();
    state_.avail_in =
        static_cast<uint32_t>(packed_.read(reinterpret_cast<char*>(piece_.data()), piece_.size()));
    return state_.avail_in > 0;
  }

  ByteSource& packed_;
  std::vector<uint8_t> piece_;
  inflate_state state_{};
  bool first_ = true;
  bool padded_ = false;
  bool between_members_ = true;
};

class Zstd : public ByteSource {
 public:
  explicit Zstd(ByteSource& packed)
      : packed_(packed), piece_(::ZSTD_DStreamInSize()), stream_(::ZSTD_createDStream()) {
    if (!stream_) throw Error("no memory for libzstd");
  }

  size_t read(char* buffer, size_t size) override {
    ZSTD_outBuffer out{buffer, size, 0};
    while (out.pos == 0) {
      const bool at_end = in_.pos == in_.size && !refill();
      const size_t result = ::ZSTD_decompressStream(stream_.get(), &out, &in_);
      if (::ZSTD_isError(result) != 0)
        throw Error(fmt::format("the zstd data: {}", ::ZSTD_getErrorName(result)));
      if (at_end && out.pos == 0) {
        if (between_frames_) return 0;
        refuse_early_end();
      }
      if (!at_end || out.pos != 0) between_frames_ = result == 0;
    }
    return out.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ::ZSTD_freeDStream(stream); }
  };

  bool refill() {
    in_ = {piece_.data(), packed_.read(piece_.data(), piece_.size()), 0};
    return in_.size > 0;
  }

  ByteSource& packed_;
  std::vector<char> piece_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool between_frames_ = true;
};

}  // namespace

std::unique_ptr<ByteSource> inflate(ByteSource& packed, images::Packing packing) {
  if (packing == images::Packing::kPlain) return std::make_unique<Plain>(packed);
  if (packing == images::Packing::kGzip) return std::make_unique<Gzip>(packed);
  return std::make_unique<Zstd>(packed);
}

}  // namespace lockstep::fetch
