// What puts something into a registry. See: the distribution-spec, "Push"

#include "common/images/image.hpp"
#include "rootfs-fetch/registry/patience.hpp"
#include "rootfs-fetch/registry/registry.hpp"
#include "rootfs-fetch/registry/transfer_error.hpp"

namespace lockstep::fetch {

bool Registry::has_blob(Http& http, const images::Descriptor& blob) {
  Request wanted = request(url("/blobs/" + blob.digest));
  wanted.method = "HEAD";
  try {
    send(http, wanted, For::kPush, fmt::format("the blob {}", blob.digest));
    return true;
  } catch (const TransferError& error) {
    if (error.kind() == TransferError::Kind::kMissing) return false;
    throw;
  }
}

/// A Location, which may be relative.
std::string Registry::absolute(const std::string& location) const {
  if (location.starts_with('/')) return base_ + location;
  origin_of(location);  // throws for what is no URL
  return location;
}

void Registry::put_blob(Http& http, const images::Descriptor& blob, const Fd& file,
                        const std::function<void(uint64_t)>& on_sent) {
  const std::string what =
      fmt::format("the upload of {} to {}/{}", blob.digest, site_.registry, site_.repository);
  Request begin = request(url("/blobs/uploads/"));
  begin.method = "POST";
  const Response begun =
      patiently(http.stop(), [&] { return send(http, begin, For::kPush, what); });
  const std::string location = begun.header("location");
  if (location.empty()) {
    throw TransferError(TransferError::Kind::kFinal,
                        fmt::format("{}: the registry doesn't say where to (Location)", what));
  }
  Request upload = request(absolute(location));
  upload.url += (upload.url.find('?') == std::string::npos ? "?digest=" : "&digest=") + blob.digest;
  upload.method = "PUT";
  upload.headers = {"Content-Type: application/octet-stream"};
  upload.upload = &file;
  upload.upload_size = blob.size;
  upload.on_sent = on_sent;
  // One that is busy takes it at the same place later; after a broken connection it takes a new one.
  Patience patience(http.stop());
  while (true) {
    try {
      send(http, upload, For::kPush, what);
      return;
    } catch (const TransferError& error) {
      if (error.kind() != TransferError::Kind::kBusy) throw;
      patience.wait_or_throw(error);
    }
  }
}

void Registry::put_manifest(Http& http, const std::string& reference, const std::string& media_type,
                            const std::string& text) {
  Request upload = request(url("/manifests/" + reference));
  upload.method = "PUT";
  upload.headers = {"Content-Type: " + media_type};
  upload.content = text;
  send(http, upload, For::kPush,
       fmt::format("the manifest {} to {}/{}", reference, site_.registry, site_.repository));
}

}  // namespace lockstep::fetch
