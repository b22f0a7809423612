#pragma once

#include <cstdint>
#include <string>

#include "common/images/store.hpp"

namespace lockstep::fetch {

class ByteSource;
class SizeLimit;
struct Image;

/// What becomes of the device nodes of a layer. Where anybody may look, they had better not be: a
/// node in a hostile image can be the host's disk.
enum class Nodes : uint8_t { kMake, kLeaveOut };

/// Unpacks a layer into `folder`, which is empty and stays open, as a lower folder of overlayfs's:
/// whiteouts become its marks. Brings it to the disk. Verifies the blob's digest first and the diff
/// id at the end. `name` is what errors call the folder.
///
/// A layer is somebody else's: the way to each entry is walked folder by folder, without a link,
/// and a name that is absolute, has a "..", lies below a link, or stands twice is refused, and so
/// is a hard link to such. Throws Error, which may leave a part of it in the folder.
///
/// Root gives each entry its owner and makes device nodes; for anybody else all is the caller's,
/// and a node is refused.
void unpack_layer(const images::Store& store, const images::Descriptor& layer,
                  const std::string& diff_id, const Fd& folder, const std::string& name,
                  SizeLimit* limit = nullptr);

/// The same with a blob that is on its way: who brings it verifies its digest, and the disk is left
/// to the caller, too. Only the diff id is verified here.
void unpack_layer(ByteSource& blob, const images::Descriptor& layer, const std::string& diff_id,
                  const Fd& folder, SizeLimit* limit);

/// Unpacks all layers of an image into `folder`, one on top of the other, as one tree: a whiteout
/// removes what lies below it. All else as above. See: the image-spec's layer.md, "Applying
/// Changesets"
void unpack_image(const images::Store& store, const Image& image, const Fd& folder,
                  const std::string& name, Nodes nodes, SizeLimit* limit = nullptr);

}  // namespace lockstep::fetch
