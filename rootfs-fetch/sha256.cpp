#include "rootfs-fetch/sha256.hpp"

#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/os/error.hpp"

namespace lockstep::fetch {
namespace {

void check(int result) {
  if (result != 1) throw Error("libcrypto can't compute SHA-256", "is it a build without it?");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { ::EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(::EVP_MD_CTX_new()) {
  check(context_ ? ::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) : 0);
}

void Sha256::update(std::string_view data) {
  check(::EVP_DigestUpdate(context_.get(), data.data(), data.size()));
}

std::string Sha256::digest() {
  std::array<unsigned char, 32> bytes{};
  check(::EVP_DigestFinal_ex(context_.get(), bytes.data(), nullptr));
  std::string out = "sha256:";
  for (const unsigned char byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

std::string digest_of(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hash.digest();
}

Fd open_verified(const images::Store& store, const images::Descriptor& descriptor) {
  Fd file = store.open_blob(descriptor);
  Sha256 hash;
  std::array<char, 65536> buffer;
  for (off_t at = 0;;) {
    const ssize_t count = ::pread(file.get(), buffer.data(), buffer.size(), at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SysError(errno, fmt::format("read(the blob {})", descriptor.digest));
    if (count == 0) break;
    hash.update({buffer.data(), static_cast<size_t>(count)});
    at += count;
  }
  const std::string found = hash.digest();
  if (found != descriptor.digest) {
    throw Error(fmt::format("the blob {} is damaged: its content has the digest {}",
                            descriptor.digest, found),
                images::kDamagedHint);
  }
  return file;
}

std::string read_verified(const images::Store& store, const images::Descriptor& descriptor) {
  return read_all(open_verified(store, descriptor), descriptor.digest);
}

}  // namespace lockstep::fetch
