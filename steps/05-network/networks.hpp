#pragma once

#include <string>
#include <vector>

#include "05-network/addresses.hpp"
#include "05-network/ports.hpp"
#include "common/os/fd.hpp"

/// Lesson 05: networks as objects, and who is in them: a file each, STORE/networks/NAME.json. They
/// outlive every container, and the machine's next start: what the kernel then has no more (the
/// bridge) is made anew by the next container.
namespace lockstep::net {

/// A container in a network.
struct Member {
  std::string container;           // its ID
  std::string state;               // its state folder: where that is gone, the container is
  std::string link;                // the host's end of its veth pair
  std::string inside;              // the container's end, "eth0"
  std::string mac;                 // of that end
  std::vector<Ip> addresses;       // one in each of the network's subnets
  std::vector<std::string> names;  // by which its neighbours find it
  std::vector<Port> ports;         // that are published to it
};

struct Route {
  Subnet to;
  Ip via;
};

struct Network {
  std::string name;
  std::string bridge;  // its interface on the host
  std::string created;
  std::vector<Subnet> subnets;
  std::vector<Ip> gateways;  // the bridge's addresses, one in each of the subnets
  std::vector<Route> routes;
  bool internal = false;           // no way out, none in
  bool containers_connect = true;  // --opt icc
  unsigned mtu = 0;                // 0: the kernel's default
  unsigned queue_length = 0;       // of packets that wait to be sent; 0: the kernel's default
  std::vector<Member> members;

  bool has_v6() const;
  /// All addresses that are not to be given to anybody.
  std::set<Ip> taken() const;
};

/// As its file has it; `for_people` indented, with the kernel's defaults where it has nothing else.
std::string to_json(const Network& network, bool for_people = false);
/// Throws Error that names the place in `path`.
Network network_from_json(const std::string& text, const std::string& path);

/// Whether it can name a network: 1 to 64 of [A-Za-z0-9_.-], the first a letter or a digit, and not
/// a word that --network means something else by.
bool is_network_name(const std::string& name);
/// Throws Error unless it is.
void check_network_name(const std::string& name);

/// Where they are: STORE/networks.
std::string networks_folder();
/// Whether they are the caller's: else their bridges are elsewhere. Also if there are none.
bool are_own_networks(const std::string& folder);

/// All networks, read and locked (flock(2) on their folder) until this object goes: addresses and
/// ports are given to one container at a time.
class Networks {
 public:
  /// Made if there is no folder yet. Throws Error if somebody holds the lock for over a minute.
  static Networks open();
  /// Nothing, if there is no folder: nobody has ever made a network. Throws Error for another
  /// user's.
  static std::optional<Networks> open_if_there(const std::string& folder = networks_folder());

  std::vector<Network> all;  // by name

  /// nullptr if there is no such network.
  Network* find(const std::string& name);
  /// The same; Error with the way out.
  Network& get(const std::string& name);
  /// Writes one as it is now, whole, or removes it.
  void save(const Network& network) const;
  void remove(const std::string& name);
  const Fd& folder() const { return folder_; }

 private:
  explicit Networks(Fd folder);

  Fd folder_;
};

}  // namespace lockstep::net
