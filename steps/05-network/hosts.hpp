#pragma once

#include "05-network/networks.hpp"

/// Lesson 05: names. Containers in one network find each other by name, because each one's
/// /etc/hosts lists the others. These files are ours, bound into the containers, so that they can
/// be kept current while the containers run.
namespace lockstep::net {

/// The files that a container gets, in its state folder.
constexpr const char* kEtcFolder = "etc";
constexpr const char* kHostsFile = "hosts";
constexpr const char* kHostNameFile = "hostname";
constexpr const char* kOwnHostsFile = "hosts.own";  // that part of it which never changes

/// Brings the hosts files of all members up to date, under the networks' lock. A member whose file
/// isn't there (yet, or any more) is passed over.
void tell_names(const Networks& networks);

}  // namespace lockstep::net
