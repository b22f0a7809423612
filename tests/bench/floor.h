// floor.h: what both floors do for a container's files, for floor.c and engine_floor.c. Nothing is parsed,
// guarded, logged or undone after an error: see docs/benchmarks.md, "The floor".
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { kLocked = MS_NOSUID | MS_NOEXEC | MS_NODEV };

// Relative to the rootfs; /dev comes first because the next three are folders in it.
static const struct {
  const char *type, *target;
  unsigned long flags;
  const char* data;
} kMounts[] = {
    {"tmpfs", "dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"},
    {"devpts", "dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620,gid=5"},
    {"tmpfs", "dev/shm", kLocked, "mode=1777,size=65536k"},
    {"mqueue", "dev/mqueue", kLocked, NULL},
    {"proc", "proc", kLocked, NULL},
    {"sysfs", "sys", kLocked | MS_RDONLY, NULL},
};

static const struct {
  const char* path;
  unsigned major, minor;
} kNodes[] = {{"dev/null", 1, 3},   {"dev/zero", 1, 5},    {"dev/full", 1, 7},
              {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};

static const struct {
  const char *target, *path;
} kLinks[] = {{"pts/ptmx", "dev/ptmx"},          {"/proc/self/fd", "dev/fd"},
              {"/proc/self/fd/0", "dev/stdin"},  {"/proc/self/fd/1", "dev/stdout"},
              {"/proc/self/fd/2", "dev/stderr"}, {"/proc/kcore", "dev/core"}};

static const char* const kMaskedFiles[] = {"/proc/kcore",         "/proc/keys",
                                           "/proc/latency_stats", "/proc/timer_list",
                                           "/proc/timer_stats",   "/proc/sched_debug"};
static const char* const kMaskedFolders[] = {"/proc/acpi", "/proc/asound", "/proc/scsi",
                                             "/sys/firmware"};
static const char* const kReadOnly[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                        "/proc/sysrq-trigger"};

// Ends this process with 125, the status of a runtime's own failure, if a call returned below zero.
static inline void must(long result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
  _exit(125);
}

// Not every kernel has every path of OCI's two lists, and a missing one needs no protection.
static inline int exists(int result, const char* what) {
  if (result < 0 && errno == ENOENT) return 0;
  must(result, what);
  return 1;
}

static inline void mount_rootfs(const char* rootfs) {
  must(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "make / rslave");
  must(mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL), rootfs);
  must(chdir(rootfs), rootfs);
}

static inline void mount_filesystems(void) {
  for (size_t i = 0; i < COUNT(kMounts); ++i) {
    if (kMounts[i].target[3] == '/') must(mkdir(kMounts[i].target, 0755), kMounts[i].target);
    must(mount(kMounts[i].type, kMounts[i].target, kMounts[i].type, kMounts[i].flags,
               kMounts[i].data),
         kMounts[i].target);
  }
}

static inline void make_devices(void) {
  umask(0);
  for (size_t i = 0; i < COUNT(kNodes); ++i) {
    must(mknod(kNodes[i].path, S_IFCHR | 0666, makedev(kNodes[i].major, kNodes[i].minor)),
         kNodes[i].path);
  }
  umask(0022);
  for (size_t i = 0; i < COUNT(kLinks); ++i) {
    must(symlink(kLinks[i].target, kLinks[i].path), kLinks[i].path);
  }
}

static inline void pivot(void) {
  must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
  must(umount2(".", MNT_DETACH), "umount the old root");
  must(chdir("/"), "chdir /");
}

static inline void protect_paths(void) {
  for (size_t i = 0; i < COUNT(kMaskedFiles); ++i) {
    exists(mount("/dev/null", kMaskedFiles[i], NULL, MS_BIND, NULL), kMaskedFiles[i]);
  }
  for (size_t i = 0; i < COUNT(kMaskedFolders); ++i) {
    exists(mount("tmpfs", kMaskedFolders[i], "tmpfs", MS_RDONLY, NULL), kMaskedFolders[i]);
  }
  for (size_t i = 0; i < COUNT(kReadOnly); ++i) {
    const char* path = kReadOnly[i];
    if (!exists(mount(path, path, NULL, MS_BIND | MS_REC, NULL), path)) continue;
    must(mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | kLocked, NULL), path);
  }
}
