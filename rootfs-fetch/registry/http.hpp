#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/os/fd.hpp"
#include "rootfs-fetch/registry/stop.hpp"

using CURL = void;

namespace lockstep::fetch {

/// How servers are spoken to.
struct Connection {
  std::string ca;         // a file of certificates to trust beside the system's; may be empty
  bool insecure = false;  // plain HTTP is allowed with any host, not with this machine's own only
};

struct Response {
  long status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; the last of each name
  std::vector<std::string> challenges;         // the values of all WWW-Authenticate headers
  std::string body;                            // unless the request has a receiver
  std::string url;                             // who answered, after redirects

  /// A header's value; empty if it has none.
  std::string header(const std::string& name) const;
};

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers{};  // "Accept: …"
  std::string authorization{};         // a header's value, for this URL's host alone
  uint64_t from = 0;                   // asks for what begins at this byte (Range)
  std::string content{};               // to be sent
  Connection connection{};
  const Fd* upload = nullptr;  // to be sent instead, all of it
  int64_t upload_size = 0;
  /// For a body that is too large for memory: called with a successful answer's first bytes on.
  /// What it throws, perform() throws.
  std::function<void(const Response&, std::string_view)> receiver{};
  std::function<void(uint64_t)> on_sent{};  // so many bytes have been sent so far
  long silence = 60;                        // seconds; then it has failed
  size_t most = size_t{4} << 20U;           // that the body may have without a receiver
};

/// One conversation after the other, over as few connections as possible. A thread has its own.
/// Redirects are followed, without the credentials where they lead to another host. Proxies are those
/// of the environment, except for this machine's own addresses.
class Http {
 public:
  explicit Http(Stop& stop);
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;
  Http(Http&&) = delete;
  Http& operator=(Http&&) = delete;
  ~Http() = default;

  /// Whatever status comes is an answer. Throws TransferError if none comes, or half of one.
  Response perform(const Request& request);

  Stop& stop() const { return stop_; }

 private:
  struct Free {
    void operator()(CURL* handle) const;
  };
  Response perform_once(const Request& request);
  void set_up(const Request& request);
  void set_proxy(const std::string& url);

  Stop& stop_;
  std::unique_ptr<CURL, Free> handle_;
};

/// Whether a host is this machine itself: "localhost", "127.0.0.1", "[::1]"; with or without a port.
bool is_loopback(const std::string& host);

/// The parts of a URL that say who is spoken to: "https://host:443". Throws Error for what is no URL
/// of http or https.
std::string origin_of(const std::string& url);

}  // namespace lockstep::fetch
