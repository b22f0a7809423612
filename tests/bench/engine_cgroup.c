// The cgroups of the engine's floor. Version 1 asks for a folder in each hierarchy, for values copied
// down and for a list of devices; version 2 for one folder and a device program, loaded each time.
#define _GNU_SOURCE
#include "engine_cgroup.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>

#include "floor.h"

static const char kCgroupMounts[] = "/sys/fs/cgroup/";

// What every container may use: the numbers of the six nodes, ptmx and the pseudo-terminals.
static const struct {
  int major, minor;  // a minor of -1 is any
} kAllowed[] = {{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}, {5, 2}, {136, -1}};

static void join_path(char* out, const char* folder, const char* name) {
  snprintf(out, kMaxPath, "%s/%s", folder, name);
}

static void write_text(int fd, const char* text, const char* what) {
  must(write(fd, text, strlen(text)), what);
}

void name_cgroups(struct cgroups* groups, const char* version, const char* folders,
                  const char* id) {
  groups->version = version[0] - '0';
  groups->count = 0;
  while (*folders && groups->count < kMaxCgroups) {
    const int length = (int)strcspn(folders, ":");
    snprintf(groups->parents[groups->count], kMaxPath, "%.*s", length, folders);
    snprintf(groups->own[groups->count], kMaxPath, "%.*s/%s", length, folders, id);
    ++groups->count;
    folders += length + (folders[length] == ':');
  }
}

static void copy_down(const char* parent, const char* own, const char* name) {
  char path[kMaxPath], value[256];
  join_path(path, parent, name);
  const int from = open(path, O_RDONLY | O_CLOEXEC);
  must(from, path);
  const ssize_t size = read(from, value, sizeof value);
  must(size, path);
  close(from);
  join_path(path, own, name);
  const int to = open(path, O_WRONLY | O_CLOEXEC);
  must(to, path);
  must(write(to, value, (size_t)size), path);
  close(to);
}

static void list_devices(const char* own) {
  char path[kMaxPath], rule[32];
  join_path(path, own, "devices.deny");
  const int deny = open(path, O_WRONLY | O_CLOEXEC);
  must(deny, path);
  write_text(deny, "a", path);
  close(deny);
  join_path(path, own, "devices.allow");
  const int allow = open(path, O_WRONLY | O_CLOEXEC);
  must(allow, path);
  write_text(allow, "c *:* m", path);
  write_text(allow, "b *:* m", path);
  for (size_t i = 0; i < COUNT(kAllowed); ++i) {
    char minor[12] = "*";
    if (kAllowed[i].minor >= 0) snprintf(minor, sizeof minor, "%d", kAllowed[i].minor);
    snprintf(rule, sizeof rule, "c %d:%s rwm", kAllowed[i].major, minor);
    write_text(allow, rule, path);
  }
  close(allow);
}

enum { kMaxProgram = 64 };
static struct bpf_insn program[kMaxProgram];
static int program_size;

static void add(unsigned code, unsigned to, unsigned from, int16_t offset, int32_t constant) {
  program[program_size++] = (struct bpf_insn){.code = (uint8_t)code,
                                              .dst_reg = to & 0xF,
                                              .src_reg = from & 0xF,
                                              .off = offset,
                                              .imm = constant};
}

static void answer(int allowed) {
  add(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, allowed);
  add(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

// The same rules for version 2: in register 2 what is wanted, 3 the major number, 4 the minor, 5 the type.
static void write_program(void) {
  add(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_1, 0, 0);
  add(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_3, BPF_REG_1, 4, 0);
  add(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_4, BPF_REG_1, 8, 0);
  add(BPF_ALU | BPF_MOV | BPF_X, BPF_REG_5, BPF_REG_2, 0, 0);
  add(BPF_ALU | BPF_AND | BPF_K, BPF_REG_5, 0, 0, 0xFFFF);
  add(BPF_ALU | BPF_RSH | BPF_K, BPF_REG_2, 0, 0, 16);
  add(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_2, 0, 2, BPF_DEVCG_ACC_MKNOD);
  answer(1);
  add(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_5, 0, 2, BPF_DEVCG_DEV_CHAR);
  answer(0);
  for (size_t i = 0; i < COUNT(kAllowed); ++i) {
    const int any = kAllowed[i].minor < 0;
    add(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_3, 0, any ? 2 : 3, kAllowed[i].major);
    if (!any) add(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_4, 0, 2, kAllowed[i].minor);
    answer(1);
  }
  answer(0);
}

static void attach_program(const char* own) {
  write_program();
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
                         .insns = (uintptr_t)program,
                         .insn_cnt = (uint32_t)program_size,
                         .license = (uintptr_t) "GPL"};
  const int loaded = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
  must(loaded, "load the device program");
  const int folder = open(own, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  must(folder, own);
  union bpf_attr attach = {.target_fd = (uint32_t)folder,
                           .attach_bpf_fd = (uint32_t)loaded,
                           .attach_type = BPF_CGROUP_DEVICE,
                           .attach_flags = BPF_F_ALLOW_MULTI};
  must(syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach), "attach the device program");
  close(folder);
  close(loaded);
}

void make_cgroups(const struct cgroups* groups) {
  for (int i = 0; i < groups->count; ++i) {
    const char *parent = groups->parents[i], *own = groups->own[i];
    must(mkdir(own, 0755), own);
    if (groups->version == 2) {
      attach_program(own);
    } else if (strstr(parent, "/cpuset")) {
      copy_down(parent, own, "cpuset.cpus");
      copy_down(parent, own, "cpuset.mems");
    } else if (strstr(parent, "/devices")) {
      list_devices(own);
    }
  }
}

void remove_cgroups(const struct cgroups* groups) {
  for (int i = 0; i < groups->count; ++i) must(rmdir(groups->own[i]), groups->own[i]);
}

void open_doors(struct cgroups* groups) {
  for (int i = 0; i < groups->count; ++i) {
    char path[kMaxPath];
    join_path(path, groups->own[i], groups->version == 2 ? "." : "tasks");
    groups->doors[i] = open(path, O_CLOEXEC | (groups->version == 2 ? O_PATH : O_WRONLY));
    must(groups->doors[i], path);
  }
}

void close_doors(const struct cgroups* groups) {
  for (int i = 0; i < groups->count; ++i) close(groups->doors[i]);
}

void join_cgroups(const struct cgroups* groups) {
  for (int i = 0; groups->version == 1 && i < groups->count; ++i) {
    write_text(groups->doors[i], "0", groups->own[i]);
  }
}

void mount_cgroups(const struct cgroups* groups) {
  const char* const at = &kCgroupMounts[1];  // relative to the rootfs
  if (groups->version == 2) {
    must(mount("cgroup", at, "cgroup2", kLocked | MS_RDONLY | MS_RELATIME, NULL), at);
    return;
  }
  must(mount("tmpfs", at, "tmpfs", kLocked, "mode=755"), at);
  for (int i = 0; i < groups->count; ++i) {
    char target[kMaxPath];
    const char* const name = groups->parents[i] + strlen(kCgroupMounts);
    snprintf(target, sizeof target, "%s%.*s", at, (int)strcspn(name, "/"), name);
    must(mkdir(target, 0755), target);
    must(mount(groups->own[i], target, NULL, MS_BIND, NULL), target);
    must(mount(NULL, target, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | kLocked, NULL), target);
  }
  must(mount(NULL, at, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | kLocked, NULL), at);
}
