#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/images/documents.hpp"
#include "rootfs-fetch/registry/authorizer.hpp"
#include "rootfs-fetch/registry/http.hpp"

namespace lockstep::fetch {

/// Where a repository is.
struct Site {
  std::string registry;    // as people write it, and as credentials are kept: "docker.io"
  std::string host;        // "registry-1.docker.io", "localhost:5000"
  std::string repository;  // "library/alpine"

  static Site of(const std::string& registry, const std::string& repository);
};

/// A manifest or an index, as it came.
struct RemoteDocument {
  std::string media_type;
  std::string text;
  std::string digest;
};

/// A repository of a registry, in the words of the distribution-spec. Several threads may use one,
/// each with a connection of its own. Requests throw TransferError; who wants them repeated asks
/// `patiently`.
class Registry {
 public:
  /// With what find_credential knows, or with other credentials.
  Registry(const Site& site, Connection connection);
  Registry(Site site, Connection connection, Known known);

  const Site& site() const { return site_; }

  /// Finds out whether it speaks TLS, where plain HTTP is allowed. To be called before the others.
  void connect(Http& http);

  /// By a tag or a digest, which is verified. 4 MiB at most.
  RemoteDocument manifest(Http& http, const std::string& reference);

  /// The blob from byte `from` on; throws TransferError (kAgain) if it ends early.
  using Receiver = std::function<void(std::string_view)>;
  void blob(Http& http, const images::Descriptor& blob, uint64_t from, const Receiver& receiver);
  /// The same from anywhere (a foreign layer's `urls`), without credentials.
  void blob_at(Http& http, const std::string& url, const images::Descriptor& blob, uint64_t from,
               const Receiver& receiver);

  // To put something there (push.cpp).
  bool has_blob(Http& http, const images::Descriptor& blob);
  /// A server that is busy is asked again at once; who has a connection break begins anew.
  void put_blob(Http& http, const images::Descriptor& blob, const Fd& file,
                const std::function<void(uint64_t)>& on_sent);
  void put_manifest(Http& http, const std::string& reference, const std::string& media_type,
                    const std::string& text);

  /// Whether the credentials are taken: for `login`. False where it asks for none.
  bool log_in(Http& http);

 private:
  enum class For : uint8_t { kPull, kPush, kNothing };
  Response send(Http& http, Request request, For purpose, const std::string& what);
  bool speaks_plainly(Http& http) const;
  std::string url(const std::string& rest) const;
  std::string absolute(const std::string& location) const;

  /// A request to the registry itself.
  Request request(const std::string& url) const;

  const Site site_;
  const Connection connection_;
  std::mutex connecting_;
  std::string base_;  // "https://localhost:5000"
  Authorizer authorizer_;
};

/// Throws TransferError for an answer that is no success: `what` was asked for.
void check(const Response& response, const std::string& what);

}  // namespace lockstep::fetch
