#include "09-seccomp/options.hpp"

#include <fcntl.h>
#include <sys/utsname.h>

#include <memory>

#include "09-seccomp/profile.hpp"
#include "common/oci/seccomp_profile.hpp"
#include "common/os/files.hpp"
#include "common/os/text.hpp"

namespace lockstep::seccomp {
namespace {

/// The machine as profiles name it, after Go.
constexpr const char* kMachine =
#if defined(__x86_64__)
    "amd64";
#elif defined(__aarch64__)
    "arm64";
#elif defined(__riscv)
    "riscv64";
#elif defined(__s390x__)
    "s390x";
#elif defined(__powerpc64__)
    "ppc64le";
#else
    "";
#endif

oci::ProfileConditions conditions(const oci::Config& config) {
  utsname system{};
  ::uname(&system);
  const std::vector<std::string> parts = split(system.release, '.');  // "6.1.0-18-amd64"
  const auto part = [&](size_t at) {
    return at < parts.size() ? parse_number<int>(parts[at]).value_or(0) : 0;
  };
  return {capabilities_of(config), kMachine, part(0), part(1)};
}

/// Read at once, so that what is wrong with it is said of the option; judged when all options are known.
struct Given {
  std::string file;
  std::string text;
  std::string name;  // kUnconfined, kDefaultProfile
};

bool take(Given& given, const std::string& option) {
  constexpr std::string_view kOurs = "seccomp=";
  if (!option.starts_with(kOurs)) return false;
  const std::string value = option.substr(kOurs.size());
  given = Given{};
  if (value == kUnconfined || value == kDefaultProfile) {
    given.name = value;
    return true;
  }
  if (value.empty())
    throw cli::UsageError("seccomp: expected a profile's file, default or unconfined");
  const Fd file = sys::open(value, O_RDONLY | O_NONBLOCK);
  given.file = value;
  given.text = read_all(file, value);
  oci::read_seccomp_profile(given.text, value, {});  // throws what is wrong with it
  return true;
}

void fill_in(oci::Config& config, const Given& given) {
  if (!given.file.empty()) {
    config.linux.seccomp = oci::read_seccomp_profile(given.text, given.file, conditions(config));
  } else if (!given.name.empty()) {
    config.annotations[oci::kSeccompAnnotation] = given.name;
  } else {  // unless an earlier lesson has said so (--privileged: none)
    config.annotations.emplace(oci::kSeccompAnnotation, kDefaultProfile);
  }
}

}  // namespace

void options(cli::Options& options, oci::Config& config) {
  const auto given = std::make_shared<Given>();
  options.more_values("security-opt", "seccomp=FILE|unconfined",
                      "which system calls it may make (default: as docker's)",
                      [given](const std::string& text) { return take(*given, text); });
  options.flag("no-new-keyring", "the caller's session keyring, not one of its own",
               [&] { config.annotations[oci::kNoNewKeyringAnnotation] = "true"; });
  options.check([given, &config] { fill_in(config, *given); });
}

}  // namespace lockstep::seccomp
