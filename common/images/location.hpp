#pragma once

#include <optional>
#include <string>

/// The store on disk: an OCI image layout, and beside it what was unpacked from it. Several
/// programs share it: rootfs-fetch fills it, the steps from 03 on take their root from it.
///
///     STORE/oci-layout, index.json      an OCI image layout, as skopeo and umoci read it;
///     STORE/blobs/sha256/HEX            an image's name is org.opencontainers.image.ref.name
///     STORE/layers/sha256/HEX/          a layer unpacked, by its diff id; nobody writes into it
///     STORE/rootfs/NAME/                a copy of the image's files, which containers may change
///     STORE/containers/ID/              what a container of an image has of its own, from lesson 04 on
///     STORE/.pulls/HEX/                 a layer that is being pulled, by its blob's digest; stays if that is killed
///     STORE/.incoming/ID/               what takes long to come; its maker's as long as that lives
///     STORE/.workshop/                  what is being made; cleared by the next one who writes
///
/// See: the image-spec's image-layout.md, config.md ("Layer DiffID")
namespace lockstep::images {

/// The store's folder: what use_store() was given, else $LOCKSTEP_STORE, else for root
/// /var/lib/lockstep, for others $XDG_DATA_HOME/lockstep or ~/.local/share/lockstep. It need not be
/// there. Throws Error where no variable says where an ordinary user's files are.
std::string store_folder();
/// The same; nothing where no variable says it.
std::optional<std::string> store_folder_if_known();

/// `--store DIR`: throws Error for an empty or impossible path.
void use_store(const std::string& folder);

/// Whether `name` can be the name of an image that has a rootfs, a folder's name then: 1 to 200 of
/// [A-Za-z0-9_.:@+-], the first a letter or a digit. (Other tools may put images of other names
/// into the layout.)
bool is_name(const std::string& name);
/// Throws Error unless it can.
void check_name(const std::string& name);

/// Throws Error if `path` can't be one: empty, longer than PATH_MAX, or with a NUL in it, behind
/// which the kernel would not see. `what` is what the error calls it.
void check_path(const std::string& path, const std::string& what);

/// `text` quoted for an error; cut short if it is long.
std::string quoted_briefly(const std::string& text);

}  // namespace lockstep::images
