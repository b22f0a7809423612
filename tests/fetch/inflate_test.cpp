#include "rootfs-fetch/inflate.hpp"

#include <zstd.h>

#include <algorithm>
#include <random>

#include "common/os/error.hpp"
#include "rootfs-fetch/path_set.hpp"
#include "rootfs-fetch/size_limit.hpp"
#include "rootfs-fetch/write_layer.hpp"
#include "tests/support/doctest.hpp"

using namespace lockstep;
using images::Packing;
using testing::text;

namespace {

/// A text that comes in pieces of that size.
class Pieces : public fetch::ByteSource {
 public:
  Pieces(std::string text, size_t piece) : text_(std::move(text)), piece_(piece) {}
  size_t read(char* buffer, size_t size) override {
    const size_t count = std::min({size, piece_, text_.size() - at_});
    std::copy_n(text_.data() + at_, count, buffer);
    at_ += count;
    return count;
  }

 private:
  std::string text_;
  size_t piece_;
  size_t at_ = 0;
};

std::string inflated(const std::string& packed, Packing packing, size_t piece = 1000,
                     size_t room = 1000) {
  Pieces source(packed, piece);
  const auto plain = fetch::inflate(source, packing);
  std::string out;
  std::string buffer(room, '\0');
  while (const size_t count = plain->read(buffer.data(), buffer.size()))
    out += buffer.substr(0, count);
  return out;
}

std::string error_of(const std::string& packed, Packing packing) {
  try {
    inflated(packed, packing);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// Half of it can be compressed.
std::string some_text(size_t size) {
  std::minstd_rand random(static_cast<unsigned>(size));
  std::string out;
  while (out.size() < size) {
    out += std::string(random() % 50, 'a');
    for (int i = 0; i < 20; ++i) out += static_cast<char>(random());
  }
  out.resize(size);
  return out;
}

std::string zstd(const std::string& plain) {
  std::string out(::ZSTD_compressBound(plain.size()), '\0');
  out.resize(::ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
  return out;
}

}  // namespace

TEST_CASE("inflate: gzip, in pieces and rooms of any size") {
  const std::string plain = some_text(70000);
  const std::string packed = fetch::gzip(plain);
  for (const size_t piece : {1U, 7U, 1000U, 100000U}) {
    for (const size_t room : {1U, 13U, 4096U, 300000U})
      CHECK(inflated(packed, Packing::kGzip, piece, room) == plain);
  }
}

TEST_CASE("inflate: gzip of several members, and padding behind them") {
  const std::string one = some_text(5000);
  const std::string other = some_text(300);
  const std::string packed =
      fetch::gzip(one) + fetch::gzip("") + fetch::gzip(other) + fetch::gzip(other);
  for (const size_t piece : {1U, 3U, 18U, 512U, 100000U}) {
    CHECK(inflated(packed, Packing::kGzip, piece) == one + other + other);
    CHECK(inflated(packed + std::string(700, '\0'), Packing::kGzip, piece) == one + other + other);
  }
  CHECK(inflated(fetch::gzip(""), Packing::kGzip).empty());
}

TEST_CASE("inflate: gzip cut at each byte, and each byte flipped, is refused") {
  const std::string packed = fetch::gzip(some_text(300));
  for (size_t size = 0; size < packed.size(); ++size) {
    const std::string error = error_of(packed.substr(0, size), Packing::kGzip);
    CHECK_MESSAGE(error != "no error", "cut at ", size);
  }
  for (size_t at = packed.size() - 8; at < packed.size(); ++at) {  // checksum, length
    std::string flipped = packed;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    CHECK_MESSAGE(error_of(flipped, Packing::kGzip) != "no error", "flipped at ", at);
  }
  CHECK(text(error_of(packed + "x", Packing::kGzip)) != "no error");
  CHECK(text(error_of(packed + std::string("\0x", 2), Packing::kGzip)) ==
        doctest::Contains("behind the end"));
  CHECK(text(error_of("not gzip at all", Packing::kGzip)) == doctest::Contains("gzip format"));
}

TEST_CASE("inflate: zstd of several frames, with what is to be skipped between them") {
  const std::string plain = some_text(70000);
  const std::string skipped = std::string("\x50\x2a\x4d\x18\x03\0\0\0abc", 11);
  const std::string packed = zstd(plain) + skipped + zstd(plain) + skipped;
  for (const size_t piece : {1U, 1000U, 1000000U})
    CHECK(inflated(packed, Packing::kZstd, piece, 5000) == plain + plain);
  for (const size_t size : {1U, 10U, 1000U})
    CHECK(text(error_of(zstd(plain).substr(0, size), Packing::kZstd)) ==
          doctest::Contains("end too early"));
  CHECK(text(error_of("not zstd at all", Packing::kZstd)) == doctest::Contains("zstd data"));
}

TEST_CASE("inflate: plain stays as it is") {
  CHECK(inflated("abc", Packing::kPlain, 1, 1) == "abc");
  CHECK(inflated("", Packing::kPlain).empty());
}

TEST_CASE("size limit: units, and what is too much") {
  using fetch::SizeLimit;
  CHECK(SizeLimit::parse("123") == 123);
  CHECK(SizeLimit::parse("2k") == 2048);
  CHECK(SizeLimit::parse("3M") == 3U << 20U);
  CHECK(SizeLimit::parse("1T") == uint64_t{1} << 40U);
  for (const char* wrong : {"", "0", "k", "-1", "1.5G", "1GB", "99999999T", "9e9"})
    CHECK_THROWS_AS(SizeLimit::parse(wrong), Error);
  SizeLimit limit(10);
  limit.take(4);
  limit.take(6);
  CHECK_THROWS_AS(limit.take(1), Error);
}

TEST_CASE("path set: what is in it, through all its sizes") {
  fetch::PathSet set;
  const auto path = [](int i) { return "usr/share/" + std::to_string(i); };
  for (int i = 0; i < 20000; ++i) {
    CHECK(set.insert(path(i)));
    if (i % 100 == 0) CHECK_FALSE(set.insert(path(i / 2)));
  }
  for (int i = 0; i < 20000; i += 7) CHECK(set.contains(path(i)));
  CHECK_FALSE(set.contains("usr/share"));
  CHECK_FALSE(set.contains(path(20000)));
  set.clear();
  CHECK_FALSE(set.contains(path(1)));
  CHECK(set.insert(path(1)));
}
