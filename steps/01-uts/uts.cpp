// Lesson 01: a host name of the container's own.
//
// The kernel keeps the host name and the (NIS) domain name in a UTS namespace; every process is in
// one. clone3(CLONE_NEWUTS) gives the new process a copy of its parent's: same content, another
// place. From then on a name that is set inside changes the copy, and the host keeps its own.
//
//     host                          container
//     uts:[4026531838] "laptop"  →  uts:[4026532201] "laptop"      clone3(CLONE_NEWUTS)
//     uts:[4026531838] "laptop"     uts:[4026532201] "box"         sethostname("box")

#include "01-uts/uts.hpp"

#include "common/os/processes.hpp"

namespace lockstep::uts {
namespace {

constexpr size_t kLongestName = 64;  // __NEW_UTS_LEN, uname(2)

std::string checked(const char* option, const std::string& name) {
  if (name.size() > kLongestName) {
    throw cli::UsageError(fmt::format("{}: {} has {} bytes; the kernel keeps at most {}", option,
                                      quoted(name), name.size(), kLongestName));
  }
  if (!name.empty() && !oci::is_name_of_host(name)) {
    throw cli::UsageError(
        fmt::format("{}: {} has a space or a control character", option, quoted(name)),
        "a line of /etc/hosts would end there: letters, digits, '-' and '.' make a name");
  }
  if (name.empty()) throw cli::UsageError(fmt::format("{}: expected a name, got \"\"", option));
  return name;
}

}  // namespace

void set_names(const oci::Config& config) {
  if (!config.hostname.empty()) {
    sys::set_hostname(config.hostname,
                      "the new UTS namespace began as a copy: this changes the copy");
  }
  if (!config.domainname.empty()) {
    sys::set_domainname(config.domainname, "the domain name lives in the same namespace");
  }
}

void options(cli::Options& options, oci::Config& config) {
  options.value("hostname", "NAME", "the container's host name",
                [&](const std::string& name) { config.hostname = checked("--hostname", name); });
  options.value(
      "domainname", "NAME", "the container's NIS domain name",
      [&](const std::string& name) { config.domainname = checked("--domainname", name); });
}

}  // namespace lockstep::uts
