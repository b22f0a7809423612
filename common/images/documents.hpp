#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/images/media_types.hpp"

/// The image-spec's documents, as much of them as is used here. Reading throws Error that names the
/// document and the place in it: `index.json: manifests[0].digest: expected a string, got 7`.
/// See: the image-spec's descriptor.md, image-index.md, manifest.md, config.md
namespace lockstep::images {

/// Whether it is "sha256:" and 64 lower-case hexadecimal digits. To be asked before it becomes a
/// path.
bool is_digest(const std::string& text);

/// What points to a blob.
struct Descriptor {
  std::string media_type;
  std::string digest;
  int64_t size = 0;
};

/// What an image runs on, as GOOS and GOARCH name it: "linux", "arm", "v7". See: the image-spec's
/// image-index.md, "Platform Variants"
struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;  // empty: the usual one
};

/// How an image came into the store, which its entry of index.json says in annotations of our own:
/// so that what is damaged comes anew from there, and from nowhere else.
struct Origin {
  std::string from;  // "ghcr.io/org/app@sha256:HEX", or who makes it; empty: from no registry
  bool without_blobs = false;  // its layers were unpacked, and not kept as they came
};

/// An entry of index.json, or of an index of one image for several platforms. Without a name (org.opencontainers.image.ref.name) it still uses its
/// blobs.
struct IndexEntry {
  std::optional<std::string> name;
  Descriptor descriptor;
  std::optional<Platform> platform{};
  Origin origin{};
};

struct Manifest {
  Descriptor config;
  std::vector<Descriptor> layers;  // the lowest first
};

/// How a layer came to be, or a setting.
struct History {
  std::string created;  // RFC 3339
  std::string created_by;
  std::string author;
  std::string comment;
  bool empty_layer = false;  // it changed settings only
};

struct ImageConfig {
  std::string created;  // RFC 3339; empty: 1970, so that the same image always has the same digest
  std::string author;
  std::string architecture;  // as GOARCH names it: "amd64", "arm64"
  std::string os;
  std::string variant;           // "v7"; empty for most
  std::vector<std::string> env;  // "NAME=value"
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::string user;  // "name|uid[:group|gid]"
  std::string working_dir;
  std::string stop_signal;                 // "SIGTERM", "15"
  std::vector<std::string> volumes;        // folders whose content is no part of the image
  std::vector<std::string> exposed_ports;  // "80/tcp"
  std::map<std::string, std::string> labels;
  std::vector<std::string> diff_ids;  // of the layers' plain tars, the lowest first
  std::vector<History> history;       // the oldest first
  std::string created_by;             // of the newest layer
};

std::string empty_index();
/// `where` is what errors call it: "index.json".
std::vector<IndexEntry> read_index(const std::string& text,
                                   const std::string& where = "index.json");
/// The index with `name` pointing to `descriptor`, instead of to what it did: all else stays as it
/// was.
std::string with_entry(const std::string& text, const std::string& name,
                       const Descriptor& descriptor, const Origin& origin = {});
std::string without_entry(const std::string& text, const std::string& name);
/// The index without the entries that have no name and point there.
std::string without_nameless(const std::string& text, const std::string& digest);

Manifest read_manifest(const std::string& text, const std::string& where);
std::string write_manifest(const Manifest& manifest);

ImageConfig read_config(const std::string& text, const std::string& where);
std::string write_config(const ImageConfig& config);
/// The config `base` with all that ImageConfig holds replaced by `config`: what it doesn't know
/// (other tools' fields) stays as it was.
std::string rewrite_config(const std::string& base, const ImageConfig& config,
                           const std::string& where);

/// An array of strings, as a Dockerfile's CMD has it: `["sh", "-c", "date"]`.
std::vector<std::string> read_texts(const std::string& text, const std::string& where);

/// Everything that a document of any kind points to: descriptors (their sizes left out) and,
/// without a media type, bare digests such as a config's diff ids.
std::vector<Descriptor> references_in(const std::string& text, const std::string& where);

}  // namespace lockstep::images
