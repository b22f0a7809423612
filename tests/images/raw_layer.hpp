#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/doctest.hpp"

/// Layers as no sane tool writes them.
namespace lockstep::testing {

/// An entry as it shall stand in the tar, however absurd.
struct Raw {
  std::string name;
  unsigned type = AE_IFREG;
  std::string content;  // of a file
  std::string link{};   // a symbolic link's target
  std::string hard{};   // a hard link's
  mode_t mode = 0755;
  dev_t device = 0;
  std::map<std::string, std::string> xattrs{};
};

inline la_ssize_t append(archive*, void* out, const void* data, size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

inline std::string tar_of(const std::vector<Raw>& entries) {
  std::string out;
  archive* tar = ::archive_write_new();
  ::archive_write_set_format_pax_restricted(tar);
  ::archive_write_open(tar, &out, nullptr, append, nullptr);
  for (const Raw& raw : entries) {
    archive_entry* entry = ::archive_entry_new();
    ::archive_entry_set_pathname(entry, raw.name.c_str());
    ::archive_entry_set_filetype(entry, raw.type);
    ::archive_entry_set_perm(entry, raw.mode);
    ::archive_entry_set_uid(entry, ::geteuid());
    ::archive_entry_set_gid(entry, ::getegid());
    ::archive_entry_set_mtime(entry, 12345, 0);
    ::archive_entry_set_size(entry, static_cast<la_int64_t>(raw.content.size()));
    if (!raw.link.empty()) ::archive_entry_set_symlink(entry, raw.link.c_str());
    if (!raw.hard.empty()) ::archive_entry_set_hardlink(entry, raw.hard.c_str());
    if (raw.type == AE_IFCHR) ::archive_entry_set_rdev(entry, raw.device);
    for (const auto& [name, value] : raw.xattrs)
      ::archive_entry_xattr_add_entry(entry, name.c_str(), value.data(), value.size());
    REQUIRE(::archive_write_header(tar, entry) >= ARCHIVE_WARN);  // not ASCII, in the C locale
    ::archive_write_data(tar, raw.content.data(), raw.content.size());
    ::archive_entry_free(entry);
  }
  ::archive_write_close(tar);
  ::archive_write_free(tar);
  return out;
}

}  // namespace lockstep::testing
