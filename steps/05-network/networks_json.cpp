// A network's file.
#include <nlohmann/json.hpp>

#include "05-network/networks.hpp"
#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"
#include "common/os/error.hpp"

namespace lockstep::net {
namespace {

using nlohmann::json;

// What the kernel gives a link that is told nothing else.
constexpr unsigned kDefaultMtu = 1500;
constexpr unsigned kDefaultQueueLength = 1000;

template <class T>
json words_of(const std::vector<T>& items) {
  json out = json::array();
  for (const T& item : items) out.push_back(item.words());
  return out;
}

json member_to_json(const Member& member) {
  return {{"container", member.container},
          {"state", member.state},
          {"link", member.link},
          {"inside", member.inside},
          {"mac", member.mac},
          {"addresses", words_of(member.addresses)},
          {"names", member.names},
          {"ports", words_of(member.ports)}};
}

Ip ip_at(const oci::JsonPlace& place) {
  const auto ip = parse_ip(place.text());
  if (!ip) place.expected("an address");
  return *ip;
}

Subnet subnet_at(const oci::JsonPlace& place) {
  try {
    return parse_subnet(place.text());
  } catch (const Error& error) {
    place.fail(error.what());
  }
}

Port port_at(const oci::JsonPlace& place) {
  try {
    return parse_port(place.text());
  } catch (const Error& error) {
    place.fail(error.what());
  }
}

Member member_at(const oci::JsonPlace& place) {
  Member member;
  member.container = place.required("container").text();
  member.state = place.required("state").absolute_path();
  member.link = place.required("link").text();
  member.inside = place.text("inside");
  member.mac = place.text("mac");
  place.each("addresses",
             [&](const oci::JsonPlace& item) { member.addresses.push_back(ip_at(item)); });
  member.names = place.texts("names");
  place.each("ports", [&](const oci::JsonPlace& item) { member.ports.push_back(port_at(item)); });
  return member;
}

}  // namespace

std::string to_json(const Network& network, bool for_people) {
  json members = json::array();
  for (const Member& member : network.members) members.push_back(member_to_json(member));
  json routes = json::array();
  for (const Route& route : network.routes)
    routes.push_back({{"to", route.to.words()}, {"via", route.via.words()}});
  const json out = {{"name", network.name},
                    {"bridge", network.bridge},
                    {"created", network.created},
                    {"subnets", words_of(network.subnets)},
                    {"gateways", words_of(network.gateways)},
                    {"routes", routes},
                    {"internal", network.internal},
                    {"icc", network.containers_connect},
                    {"mtu", network.mtu == 0 && for_people ? kDefaultMtu : network.mtu},
                    {"txqueuelen", network.queue_length == 0 && for_people ? kDefaultQueueLength
                                                                           : network.queue_length},
                    {"members", members}};
  return oci::write_json(out, for_people ? 2 : -1);
}

Network network_from_json(const std::string& text, const std::string& path) {
  const json document = oci::parse_json(text, path);
  const oci::JsonPlace place(document, path);
  Network network;
  network.name = place.required("name").text();
  if (!is_network_name(network.name)) place.required("name").expected("a network's name");
  network.bridge = place.required("bridge").text();
  network.created = place.text("created");
  place.each("subnets",
             [&](const oci::JsonPlace& item) { network.subnets.push_back(subnet_at(item)); });
  place.each("gateways",
             [&](const oci::JsonPlace& item) { network.gateways.push_back(ip_at(item)); });
  if (network.gateways.size() != network.subnets.size())
    place.required("gateways").expected("as many as there are subnets");
  place.each("routes", [&](const oci::JsonPlace& item) {
    network.routes.push_back({subnet_at(item.required("to")), ip_at(item.required("via"))});
  });
  network.internal = place.flag("internal");
  network.containers_connect = place.flag("icc");
  if (const auto mtu = place.find("mtu")) network.mtu = mtu->number<uint16_t>();
  if (const auto length = place.find("txqueuelen"))
    network.queue_length = length->number<uint32_t>(0, 1000000);
  place.each("members",
             [&](const oci::JsonPlace& item) { network.members.push_back(member_at(item)); });
  return network;
}

}  // namespace lockstep::net
