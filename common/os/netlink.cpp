#include "common/os/netlink.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "common/os/call.hpp"

namespace lockstep::sys {
namespace {

constexpr size_t kHead = NLMSG_HDRLEN;

/// The kernel's own sentence about an error, behind the request that it sends back.
std::string words_in(const char* answer, const nlmsghdr& head) {
  size_t at = kHead + sizeof(nlmsgerr);
  if ((head.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return "";
  if ((head.nlmsg_flags & NLM_F_CAPPED) == 0) {
    nlmsgerr error{};
    std::memcpy(&error, answer + kHead, sizeof error);
    at += error.msg.nlmsg_len - kHead;
  }
  while (at + NLA_HDRLEN <= head.nlmsg_len) {
    nlattr attribute{};
    std::memcpy(&attribute, answer + at, sizeof attribute);
    if (attribute.nla_len < NLA_HDRLEN || at + attribute.nla_len > head.nlmsg_len) break;
    if (attribute.nla_type == NLMSGERR_ATTR_MSG) {
      return {answer + at + NLA_HDRLEN,
              ::strnlen(answer + at + NLA_HDRLEN, attribute.nla_len - size_t{NLA_HDRLEN})};
    }
    at += NLA_ALIGN(attribute.nla_len);
  }
  return "";
}

std::string hint_for(int code, const std::string& kernels_words) {
  if (!kernels_words.empty()) return fmt::format("the kernel says: {}", kernels_words);
  if (code == EPERM) return "it takes CAP_NET_ADMIN over the network namespace: run as root";
  if (code == EOPNOTSUPP) return "this kernel was built without that kind of link";
  return "";
}

/// Waits for the answer to what was just sent. Returns 0, or -1 with errno; `words` then has what
/// the kernel says about it.
int answer(const Fd& socket, std::string& words) {
  alignas(nlmsghdr) std::array<char, 8192> buffer{};
  ssize_t size = 0;
  while ((size = ::recv(socket.get(), buffer.data(), buffer.size(), 0)) < 0 && errno == EINTR) {
  }
  if (size < 0) return -1;
  nlmsghdr head{};
  nlmsgerr error{};
  if (static_cast<size_t>(size) < kHead + sizeof error) {
    errno = EPROTO;
    return -1;
  }
  std::memcpy(&head, buffer.data(), sizeof head);
  std::memcpy(&error, buffer.data() + kHead, sizeof error);
  if (head.nlmsg_type != NLMSG_ERROR || head.nlmsg_len > static_cast<size_t>(size)) {
    errno = EPROTO;
    return -1;
  }
  if (error.error == 0) return 0;
  words = words_in(buffer.data(), head);
  errno = -error.error;
  return -1;
}

}  // namespace

NetlinkRequest::NetlinkRequest(uint16_t type, uint16_t flags) {
  nlmsghdr head{};
  head.nlmsg_type = type;
  head.nlmsg_flags = static_cast<uint16_t>(flags | NLM_F_REQUEST | NLM_F_ACK);
  raw(&head, sizeof head);
}

void NetlinkRequest::raw(const void* data, size_t size) {
  bytes_.append(static_cast<const char*>(data), size);
  bytes_.resize(NLMSG_ALIGN(bytes_.size()));
}

void NetlinkRequest::put_bytes(uint16_t attribute, std::string_view bytes) {
  const nlattr head{static_cast<uint16_t>(NLA_HDRLEN + bytes.size()), attribute};
  raw(&head, sizeof head);
  raw(bytes.data(), bytes.size());
}

void NetlinkRequest::put(uint16_t attribute, const std::string& text) {
  put_bytes(attribute, {text.c_str(), text.size() + 1});
}

void NetlinkRequest::put(uint16_t attribute, uint32_t number) {
  put_bytes(attribute, {reinterpret_cast<const char*>(&number), sizeof number});
}

void NetlinkRequest::put(uint16_t attribute, uint8_t number) {
  put_bytes(attribute, {reinterpret_cast<const char*>(&number), sizeof number});
}

size_t NetlinkRequest::begin(uint16_t attribute) {
  const size_t begun = bytes_.size();
  put_bytes(static_cast<uint16_t>(attribute | NLA_F_NESTED), {});
  return begun;
}

void NetlinkRequest::end(size_t begun) {
  const auto length = static_cast<uint16_t>(bytes_.size() - begun);
  std::memcpy(bytes_.data() + begun, &length, sizeof length);  // nla_len comes first
}

Netlink::Netlink(int family) : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family)) {
  if (!socket_)
    throw SysError(errno,
                   fmt::format("socket(AF_NETLINK, SOCK_RAW, {})",
                               family == NETLINK_ROUTE ? "NETLINK_ROUTE" : "NETLINK_NETFILTER"));
  const int on = 1;  // it explains itself; before kernel 4.12 it doesn't, and that is no error
  static_cast<void>(::setsockopt(socket_.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on));
}

ssize_t Netlink::send(const NetlinkRequest& request) const {
  std::string message = request.bytes_;
  const auto length = static_cast<uint32_t>(message.size());
  std::memcpy(message.data(), &length, sizeof length);  // nlmsg_len comes first
  return ::send(socket_.get(), message.data(), message.size(), 0);
}

int Netlink::exchange(const NetlinkRequest& request, std::string& kernels_words) const {
  return send(request) < 0 ? -1 : answer(socket_, kernels_words);
}

namespace {

/// The messages of one packet. 1: the list has ended; 0: more will come; -1 with errno.
int take_packet(std::string_view packet, const std::function<void(std::string_view)>& take) {
  while (packet.size() >= kHead) {
    nlmsghdr head{};
    std::memcpy(&head, packet.data(), sizeof head);
    if (head.nlmsg_len < kHead || head.nlmsg_len > packet.size()) break;
    const std::string_view body = packet.substr(kHead, head.nlmsg_len - kHead);
    if (head.nlmsg_type == NLMSG_DONE) return 1;
    if (head.nlmsg_type == NLMSG_ERROR && body.size() >= sizeof(nlmsgerr)) {
      nlmsgerr error{};
      std::memcpy(&error, body.data(), sizeof error);
      errno = -error.error;
      return -1;
    }
    take(body);
    packet.remove_prefix(std::min(packet.size(), size_t{NLMSG_ALIGN(head.nlmsg_len)}));
  }
  return 0;
}

int take_list(const Fd& socket, const std::function<void(std::string_view)>& take) {
  std::array<char, 32768> buffer{};  // the kernel fills no more at once
  for (;;) {
    const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return -1;
    const int done = take_packet({buffer.data(), static_cast<size_t>(size)}, take);
    if (done != 0) return done;
  }
}

}  // namespace

void Netlink::list(const NetlinkRequest& request, const std::string& words,
                   const std::function<void(std::string_view)>& take, Why why) const {
  call(
      why, [&] { return fmt::format("sendto(rtnetlink, {})", quoted(words)); },
      [&] { return send(request) < 0 ? -1 : take_list(socket_, take); },
      [](int code) { return hint_for(code, ""); });
}

int Netlink::ask(const NetlinkRequest& request, const std::string& words, Why why,
                 std::initializer_list<int> answers) const {
  std::string kernels_words;
  return call_for_answer(
      why, answers, [&] { return fmt::format("sendto(rtnetlink, {})", quoted(words)); },
      [&] { return exchange(request, kernels_words); },
      [&](int code) { return hint_for(code, kernels_words); });
}

bool may_have_table(const std::string& name) {
  NetlinkRequest request(
      NFNL_SUBSYS_NFTABLES << 8U | NFT_MSG_GETTABLE, 0,
      nfgenmsg{.nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0, .res_id = 0});
  request.put(NFTA_TABLE_NAME, name);
  const Netlink filter(NETLINK_NETFILTER);
  std::string kernels_words;
  return filter.exchange(request, kernels_words) == 0 || errno != ENOENT;
}

unsigned link_index(const std::string& name) { return ::if_nametoindex(name.c_str()); }

}  // namespace lockstep::sys
