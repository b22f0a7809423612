#include "05-network/routes.hpp"

namespace lockstep::net {

void add_routes(const sys::Netlink& netlink, const std::vector<Place>& places, bool lead_out) {
  bool has_default4 = false;
  bool has_default6 = false;
  for (const auto& [network, member] : places) {
    for (const Route& route : network.routes)
      add_route(netlink, route.to, route.via, "a route of this network's own (--route)");
    if (network.internal || !lead_out) continue;
    for (const Ip& gateway : network.gateways) {
      bool& has_default = gateway.v6 ? has_default6 : has_default4;
      if (has_default) continue;
      has_default = true;
      add_route(netlink, {{gateway.v6, 0, 0}, 0}, gateway,
                "all that is not in its own subnet goes to the bridge, which is the host");
    }
  }
}

}  // namespace lockstep::net
