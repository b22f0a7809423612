// filter: write a seccomp filter as the kernel wants it: allowed are the calls whose names are read, a
// line each. For the engine's floor, which has no time for libseccomp.
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// The other architectures whose programs run on this one.
static const uint32_t kOthers[] = {
#ifdef __x86_64__
    SCMP_ARCH_X86, SCMP_ARCH_X32
#else
    SCMP_ARCH_ARM
#endif
};

static void must(int result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "filter: %s: %s\n", what, strerror(-result));
  _exit(1);
}

int main(void) {
  char name[128];
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  must(filter ? 0 : -ENOMEM, "seccomp_init");
  must(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "a tree");
  for (size_t i = 0; i < sizeof kOthers / sizeof *kOthers; ++i) {
    must(seccomp_arch_add(filter, kOthers[i]), "add an architecture");
  }
  while (scanf("%127s", name) == 1) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) continue;  // a newer one than libseccomp
    must(seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0), name);
  }
  must(seccomp_export_bpf(filter, STDOUT_FILENO), "export the filter");
  seccomp_release(filter);
  return 0;
}
