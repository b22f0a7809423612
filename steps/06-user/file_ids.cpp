#include "06-user/file_ids.hpp"

#include <linux/securebits.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/os/error.hpp"

namespace lockstep::usr {

FileIds::FileIds(uid_t uid, gid_t gid) : securebits_(::prctl(PR_GET_SECUREBITS)) {
  // Else the powers over files would go with the number 0.
  if (::prctl(PR_SET_SECUREBITS, securebits_ | SECBIT_NO_SETUID_FIXUP) != 0) {
    throw SysError(errno, "prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)",
                   "it takes CAP_SETPCAP; --userns host does without");
  }
  ::setfsgid(gid);  // these two tell nobody whether they succeeded
  ::setfsuid(uid);
}

FileIds::~FileIds() {
  ::setfsuid(::geteuid());
  ::setfsgid(::getegid());
  ::prctl(PR_SET_SECUREBITS, securebits_);
}

}  // namespace lockstep::usr
