#pragma once

#include <string>

/// Lesson 09: what a service says to its manager. See: sd_notify(3)
namespace lockstep::engine {

/// Sends `words` ("READY=1\nMAINPID=17") to the socket `address`, a path or "@NAME", and waits up to five
/// seconds until that has been read: systemd looks up who has sent it, so the sender must still be there.
/// Throws SysError. See: sd_notify_barrier(3)
void tell_host(const std::string& address, const std::string& words);

}  // namespace lockstep::engine
