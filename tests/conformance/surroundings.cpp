// What surrounds the process: names, interfaces, terminal, keyring, shared memory; and the system calls that
// can be asked for by name.

#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>

#include "probe.hpp"

namespace probe {
namespace {

void see_names() {
  utsname names{};
  ::uname(&names);
  say("host name", names.nodename);
  say("domain name", names.domainname);
  say("machine", names.machine);
}

void see_interfaces() {
  std::set<std::string> lines;
  if (struct if_nameindex* const all = ::if_nameindex()) {
    const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (const auto* one = all; one->if_index != 0; ++one) {
      ifreq request{};
      std::snprintf(request.ifr_name, sizeof request.ifr_name, "%s", one->if_name);
      ::ioctl(any, SIOCGIFFLAGS, &request);
      lines.insert(std::string(one->if_name) +
                   ((request.ifr_flags & IFF_UP) != 0 ? " up" : " down"));
    }
    ::close(any);
    ::if_freenameindex(all);
  }
  ifaddrs* addresses = nullptr;
  if (::getifaddrs(&addresses) == 0) {
    for (const auto* one = addresses; one != nullptr; one = one->ifa_next) {
      if (one->ifa_addr == nullptr || one->ifa_addr->sa_family == AF_PACKET) continue;
      const bool six = one->ifa_addr->sa_family == AF_INET6;
      char text[128] = {};
      ::getnameinfo(one->ifa_addr, six ? sizeof(sockaddr_in6) : sizeof(sockaddr_in), text,
                    sizeof text, nullptr, 0, NI_NUMERICHOST);
      lines.insert(std::string(one->ifa_name) + " " + text);
    }
    ::freeifaddrs(addresses);
  }
  for (const std::string& line : lines) say("interface", line);
}

void see_terminal() {
  for (int fd = 0; fd < 3; ++fd) {
    if (::isatty(fd) == 0) continue;
    char name[128] = {};
    ::ttyname_r(fd, name, sizeof name);
    winsize size{};
    ::ioctl(fd, TIOCGWINSZ, &size);
    struct stat status {};
    ::fstat(fd, &status);
    char text[256];
    std::snprintf(text, sizeof text, "%s, %u rows, %u columns, %o %u:%u", name, size.ws_row,
                  size.ws_col, status.st_mode, status.st_uid, status.st_gid);
    say("terminal " + std::to_string(fd), text);
  }
  const int own = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  say("controlling terminal", own < 0 ? outcome(errno) : "yes");
  if (own >= 0) say("foreground group", std::to_string(::tcgetpgrp(own)));
  if (own >= 0) ::close(own);
}

void see_keyring() {
  char text[256] = {};
  const long got =
      ::syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, sizeof text - 1, 0);
  say("session keyring", got < 0 ? outcome(errno) : text);
}

int in_child(int (*attempt)()) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(attempt() < 0 ? errno : 0);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

struct Call {
  const char* name;
  int (*attempt)();
};

constexpr unsigned long kNone = 0;
const Call kCalls[] = {
    {"getpid", [] { return static_cast<int>(::syscall(SYS_getpid)); }},
    {"mkdir", [] { return ::mkdir("/tmp/made-by-probe", 0700); }},
    {"chmod", [] { return ::chmod("/tmp", 01777); }},
    {"chown", [] { return ::chown("/tmp", 0, 0); }},
    {"chroot", [] { return ::chroot("/"); }},
    {"mount", [] { return ::mount("none", "/tmp", "tmpfs", 0, nullptr); }},
    {"mknod", [] { return ::mknod("/tmp/node", S_IFCHR | 0600, 0x103); }},
    {"mknod-disk", [] { return ::mknod("/tmp/disk", S_IFBLK | 0600, 0x700); }},
    {"open-disk",
     [] {
       ::mknod("/tmp/disk", S_IFBLK | 0600, 0x700);
       return ::open("/tmp/disk", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
     }},
    {"open-fuse",
     [] {
       ::mknod("/tmp/fuse", S_IFCHR | 0600, 0xAE5);
       return ::open("/tmp/fuse", O_RDWR | O_CLOEXEC);
     }},
    {"unshare-user", [] { return ::unshare(CLONE_NEWUSER); }},
    {"unshare-mount", [] { return ::unshare(CLONE_NEWNS); }},
    {"sethostname", [] { return ::sethostname("probe", 5); }},
    {"setuid-1", [] { return ::setuid(1); }},
    {"socket-raw", [] { return ::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 1); }},
    {"socket-inet", [] { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }},
    {"socket-unix", [] { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }},
    {"personality-32", [] { return ::personality(PER_LINUX32); }},
    {"personality-other", [] { return ::personality(0x0008000); }},
    {"keyctl", [] { return static_cast<int>(::syscall(SYS_keyctl, 0, -3, 0)); }},
    {"bpf", [] { return static_cast<int>(::syscall(SYS_bpf, 0, kNone, 0)); }},
    {"perf", [] { return static_cast<int>(::syscall(SYS_perf_event_open, kNone, 0, 0, 0, 0)); }},
    {"ptrace", [] { return static_cast<int>(::ptrace(PTRACE_TRACEME, 0, 0, 0)); }},
    {"reboot", [] { return static_cast<int>(::syscall(SYS_reboot, 0, 0, 0, 0)); }},
    {"setpriority", [] { return static_cast<int>(::syscall(SYS_setpriority, 0, 0, -5)); }},
    {"shmget", [] { return ::shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600); }},
    {"quotactl", [] { return static_cast<int>(::syscall(SYS_quotactl, 0, 0, 0, 0)); }},
    {"dup", [] { return ::dup(1); }},
};

}  // namespace

void see_surroundings() {
  see_names();
  see_interfaces();
  see_terminal();
  see_keyring();
}

std::string call(const std::string& name) {
  const auto* const found = std::find_if(std::begin(kCalls), std::end(kCalls),
                                         [&](const Call& one) { return name == one.name; });
  if (found == std::end(kCalls)) return "no such call";
  std::fflush(stdout);
  const int code = in_child(found->attempt);
  return code >= 1000 ? "signal " + std::to_string(code - 1000) : outcome(code);
}

}  // namespace probe
