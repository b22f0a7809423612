#pragma once

// glibc 2.36 declares mount(2) and the new mount API in <sys/mount.h>; the kernel's <linux/mount.h>
// defines the same names as macros, and the order of inclusion matters. Include this instead of
// both.

#include <linux/mount.h>
// (first the kernel's, then glibc's: glibc's header undefines nothing that it finds defined)
#include <sys/mount.h>

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif
#ifndef MS_LAZYTIME
#define MS_LAZYTIME (1 << 25)
#endif
