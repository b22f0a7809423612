// The host's side of a filter that asks.
#include "09-seccomp/listener.hpp"
#include "common/os/error.hpp"
#include "common/os/json_text.hpp"
#include "common/os/unix_socket.hpp"

namespace lockstep::seccomp {
namespace {

std::string annotations_of(const oci::Config& config) {
  std::string out;
  for (const auto& [key, value] : config.annotations)
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", json_quoted(key), json_quoted(value));
  return out.empty() ? "" : ",\"annotations\":{" + out + "}";
}

/// config-linux.md, "The Container Process State"
std::string state_of(const oci::Config& config, pid_t process, pid_t container) {
  const std::string& metadata = (*config.linux.seccomp)->listener_metadata;
  const std::string version = json_quoted(oci::Config{}.oci_version);
  return fmt::format(
      R"({{"ociVersion":{0},"fds":["seccompFd"],"pid":{1}{2},"state":{{"ociVersion":{0},"id":{3},)"
      R"("status":"{4}","pid":{5},"bundle":{6}{7}}}}})",
      version, process, metadata.empty() ? "" : ",\"metadata\":" + json_quoted(metadata),
      json_quoted(config.id), container == 0 ? "created" : "running",
      container == 0 ? process : container, json_quoted(config.bundle), annotations_of(config));
}

}  // namespace

void hand_to_agent(const oci::Config& config, const Fd& listener, pid_t process, pid_t container) {
  const sys::SocketPeer agent{
      (*config.linux.seccomp)->listener_path, "linux.seccomp.listenerPath",
      "linux.seccomp.listenerPath is the socket of the agent that answers for the calls with "
      "SCMP_ACT_NOTIFY: start it first"};
  sys::send_descriptor(agent, state_of(config, process, container), listener);
}

}  // namespace lockstep::seccomp
