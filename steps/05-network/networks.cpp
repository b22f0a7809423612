#include "05-network/networks.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/images/durable.hpp"
#include "common/images/empty_folder.hpp"
#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"

namespace lockstep::net {
namespace {

constexpr std::string_view kSuffix = ".json";

void lock(const Fd& folder) {
  constexpr int kTries = 6000;
  for (int i = 0; i < kTries; ++i) {
    if (::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) return;
    if (errno != EWOULDBLOCK && errno != EINTR) throw SysError(errno, "flock(networks)");
    ::usleep(10'000);
  }
  throw Error("the networks are held by another runtime for over a minute",
              fmt::format("see which with `fuser {}`", networks_folder()));
}

Network read_network(const Fd& folder, const std::string& file) {
  const std::string path = networks_folder() + "/" + file;
  const Fd opened(::openat(folder.get(), file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened) throw SysError(errno, fmt::format("open({})", quoted(path)));
  try {
    return network_from_json(read_all(opened, path), path);
  } catch (const SysError&) {
    throw;
  } catch (const Error& error) {
    throw Error(error.what(), fmt::format("repair that file, or remove it: rm {}", path));
  }
}

}  // namespace

std::string networks_folder() { return images::store_folder() + "/networks"; }

bool Network::has_v6() const {
  return std::any_of(subnets.begin(), subnets.end(),
                     [](const Subnet& subnet) { return subnet.base.v6; });
}

std::set<Ip> Network::taken() const {
  std::set<Ip> out(gateways.begin(), gateways.end());
  for (const Route& route : routes) out.insert(route.via);
  for (const Member& member : members) out.insert(member.addresses.begin(), member.addresses.end());
  return out;
}

bool is_network_name(const std::string& name) {
  constexpr size_t kLongest = 64;
  constexpr std::array kReserved = {"none",  "host",        "container", "ns", "bridge",
                                    "pasta", "slirp4netns", "default",   "lo"};
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= kLongest && plain(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return plain(c) || c == '_' || c == '.' || c == '-'; }) &&
         std::find(kReserved.begin(), kReserved.end(), name) == kReserved.end();
}

void check_network_name(const std::string& name) {
  if (is_network_name(name)) return;
  throw Error(fmt::format("{} is no network's name", images::quoted_briefly(name)),
              "a name has 1 to 64 of A-Z a-z 0-9 _ . -, the first a letter or a digit; none, host, "
              "bridge, default, pasta and slirp4netns are taken");
}

Networks::Networks(Fd folder) : folder_(std::move(folder)) {
  lock(folder_);
  for (const std::string& file : images::names_in(folder_)) {
    if (file[0] == '.' && file.ends_with(".new"))  // of a runtime that was killed while it wrote
      ::unlinkat(folder_.get(), file.c_str(), 0);
    else if (file[0] != '.' && file.ends_with(kSuffix))
      all.push_back(read_network(folder_, file));
  }
  std::sort(all.begin(), all.end(),
            [](const Network& one, const Network& other) { return one.name < other.name; });
}

bool are_own_networks(const std::string& folder) {
  struct stat status {};
  return ::stat(folder.c_str(), &status) != 0 || status.st_uid == ::geteuid();
}

Networks Networks::open() {
  const std::string path = networks_folder();
  images::make_folders(path, 0755);
  return *open_if_there(path);
}

std::optional<Networks> Networks::open_if_there(const std::string& path) {
  auto folder = sys::open_if_there(path, O_RDONLY | O_DIRECTORY);
  if (!folder) return std::nullopt;
  if (!are_own_networks(path))
    throw Error(fmt::format("the networks in {} are another user's", quoted(path)),
                "another store can be given: LOCKSTEP_STORE=DIR");
  return Networks(std::move(*folder));
}

Network* Networks::find(const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Network& network) { return network.name == name; });
  return found == all.end() ? nullptr : &*found;
}

Network& Networks::get(const std::string& name) {
  if (Network* const found = find(name)) return *found;
  std::string there;
  for (const Network& network : all) there += (there.empty() ? "" : ", ") + network.name;
  throw Error(fmt::format("there is no network {}", quoted(name)),
              fmt::format("`network create {}` makes it; there are: {}", name,
                          there.empty() ? "none yet" : there));
}

void Networks::save(const Network& network) const {
  sys::replace_file(folder_, network.name + std::string(kSuffix), to_json(network), 0644);
}

void Networks::remove(const std::string& name) {
  if (::unlinkat(folder_.get(), (name + std::string(kSuffix)).c_str(), 0) != 0 && errno != ENOENT)
    throw SysError(errno, fmt::format("unlink({}/{}.json)", networks_folder(), name));
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const Network& network) { return network.name == name; }),
            all.end());
}

}  // namespace lockstep::net
