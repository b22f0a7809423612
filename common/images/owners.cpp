#include "common/images/owners.hpp"

#include <linux/capability.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>

#include <cstring>

namespace lockstep::images {
namespace {

constexpr uint32_t kNobody = 65534;  // /proc/sys/kernel/overflowuid

uint32_t number_or_nobody(const Owners::Number& number, uint32_t id) {
  return number(id).value_or(number(kNobody).value_or(kNobody));
}

// Both attributes are little-endian words, as this machine is.
uint32_t word_at(const std::string& value, size_t at) {
  uint32_t word = 0;
  std::memcpy(&word, value.data() + at, sizeof word);
  return word;
}

void set_word(std::string& value, size_t at, uint32_t word) {
  std::memcpy(value.data() + at, &word, sizeof word);
}

/// False if they count nowhere that there is a number for.
bool renumber_capability(std::string& value, const Owners& owners) {
  if (value.size() != XATTR_CAPS_SZ_2 && value.size() != XATTR_CAPS_SZ_3) return true;
  const bool says = value.size() == XATTR_CAPS_SZ_3;
  const auto root = owners.uid(says ? word_at(value, XATTR_CAPS_SZ_2) : 0);
  if (!root) return false;
  const uint32_t revision = *root == 0 ? VFS_CAP_REVISION_2 : VFS_CAP_REVISION_3;
  set_word(value, 0, (word_at(value, 0) & VFS_CAP_FLAGS_MASK) | revision);
  value.resize(*root == 0 ? XATTR_CAPS_SZ_2 : XATTR_CAPS_SZ_3);
  if (*root != 0) set_word(value, XATTR_CAPS_SZ_2, *root);
  return true;
}

void renumber_access_list(std::string& value, const Owners& owners) {
  constexpr size_t kEntry = sizeof(posix_acl_xattr_entry);
  for (size_t at = sizeof(posix_acl_xattr_header); at + kEntry <= value.size(); at += kEntry) {
    uint16_t tag = 0;
    std::memcpy(&tag, value.data() + at, sizeof tag);
    const size_t id = at + offsetof(posix_acl_xattr_entry, e_id);
    if (tag == ACL_USER) set_word(value, id, number_or_nobody(owners.uid, word_at(value, id)));
    if (tag == ACL_GROUP) set_word(value, id, number_or_nobody(owners.gid, word_at(value, id)));
  }
}

}  // namespace

void renumber(struct stat& status, const Owners& owners) {
  if (!owners) return;
  if (S_ISREG(status.st_mode)) {
    if (!owners.uid(status.st_uid)) status.st_mode &= ~static_cast<mode_t>(S_ISUID);
    if (!owners.gid(status.st_gid)) status.st_mode &= ~static_cast<mode_t>(S_ISGID);
  }
  status.st_uid = number_or_nobody(owners.uid, status.st_uid);
  status.st_gid = number_or_nobody(owners.gid, status.st_gid);
}

void renumber(Xattrs& xattrs, const Owners& owners) {
  if (!owners) return;
  if (const auto found = xattrs.find("security.capability");
      found != xattrs.end() && !renumber_capability(found->second, owners))
    xattrs.erase(found);
  for (const char* list : {"system.posix_acl_access", "system.posix_acl_default"}) {
    if (const auto found = xattrs.find(list); found != xattrs.end())
      renumber_access_list(found->second, owners);
  }
}

}  // namespace lockstep::images
