#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/images/documents.hpp"
#include "common/images/store.hpp"

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace lockstep::fetch {

/// SHA-256 of what is fed to it, piece by piece.
class Sha256 {
 public:
  Sha256();
  void update(std::string_view data);
  /// "sha256:HEX"; to be called once, at the end.
  std::string digest();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// "sha256:HEX" of a whole text.
std::string digest_of(std::string_view text);

/// Opens a blob after reading all of it once: throws Error that names it, what is wrong with it and
/// the way out, unless its content has its digest. Positioned at its start.
Fd open_verified(const images::Store& store, const images::Descriptor& descriptor);

/// A document's content, verified in the same way.
std::string read_verified(const images::Store& store, const images::Descriptor& descriptor);

}  // namespace lockstep::fetch
