// The cgroups of the engine's floor: of version 1 a folder in each hierarchy, of version 2 one folder.
#pragma once

enum { kMaxCgroups = 16, kMaxPath = 512 };

struct cgroups {
  int version, count;
  char parents[kMaxCgroups][kMaxPath];  // "/sys/fs/cgroup/cpu": where the caller is
  char own[kMaxCgroups][kMaxPath];      // the container's below it
  int doors[kMaxCgroups];               // what a process comes in by: v1 "tasks", v2 the folder
};

// `folders` are the parents with colons between them.
void name_cgroups(struct cgroups* groups, const char* version, const char* folders, const char* id);

// With the default device rules; version 1 with the parent's processors and memory nodes, too.
void make_cgroups(const struct cgroups* groups);
void remove_cgroups(const struct cgroups* groups);

void open_doors(struct cgroups* groups);
void close_doors(const struct cgroups* groups);

// Version 1: the calling process goes in. Of version 2 it was born inside.
void join_cgroups(const struct cgroups* groups);

// sys/fs/cgroup, in the rootfs that is the working directory: the container's own cgroups, read-only.
void mount_cgroups(const struct cgroups* groups);
