#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/images/documents.hpp"
#include "common/images/incoming.hpp"
#include "common/images/platform.hpp"
#include "rootfs-fetch/image.hpp"

/// Images that come from a file or a folder: what they are made of is brought next to the store,
/// verified, and then moved in.
namespace lockstep::fetch {

class SizeLimit;

/// A document larger than this is none: a registry needn't take one that is, by the
/// distribution-spec.
constexpr int64_t kLargestDocument = 4 << 20;

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// The images that are in there. A name may be missing, or be no reference.
  virtual std::vector<images::IndexEntry> entries() = 0;
  /// Sees to it that the blob is in incoming(), under its digest's digits. Throws Error if it is
  /// missing or is not what its descriptor says.
  virtual void bring(const images::Descriptor& descriptor) = 0;
  const images::Incoming& incoming() const { return incoming_; }
  /// A document, verified. Throws Error.
  const std::string& document(const images::Descriptor& descriptor);

 private:
  images::Incoming incoming_ = images::Incoming::open();
  std::map<std::string, std::string> documents_;  // that were read, by their digests
};

/// Puts the image of that entry into the store and publishes it as `name`; of an index of several
/// platforms the one that `platform` can run. Throws Error: the store is as before, then.
Image take_image(Source& source, const images::IndexEntry& entry, const std::string& name,
                 const images::Platform& platform, SizeLimit& limit);

/// An image that is to be taken, and the name that it is to have in the store.
struct Selection {
  images::IndexEntry entry;
  std::string name;
};
/// All of them, or the one that `selected` names; with `name` that one is called so. Throws Error if
/// there is none, or several where one was meant, or one without any name.
std::vector<Selection> select(const std::vector<images::IndexEntry>& entries,
                              const std::string& selected, const std::string& name,
                              const std::string& where);

}  // namespace lockstep::fetch
