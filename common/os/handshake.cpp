#include "common/os/handshake.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

namespace lockstep {

namespace {

enum class Kind : uint8_t { kStage, kError, kDescriptor, kDelivery, kEnd };

/// SOCK_SEQPACKET keeps messages apart, so one has a fixed head and the error's words behind it.
struct Head {
  Kind kind;
  uint8_t stage;
  uint8_t failure;
  int32_t code;        // errno, 0 if it was no system call
  uint32_t what_size;  // then the hint follows, to the end
};

constexpr size_t kMostText = 32768;
constexpr size_t kMostWhat = kMostText / 2;

/// Without the middle of one that is too long: the cause stands at the end.
std::string shortened(const std::string& what) {
  if (what.size() <= kMostWhat) return what;
  return what.substr(0, kMostWhat / 2) + " … " + what.substr(what.size() - kMostWhat / 2);
}

}  // namespace

struct Handshake::Message {
  Head head{};
  std::string text;
  Fd descriptor;
};

Handshake::Handshake() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw SysError(errno, "socketpair(AF_UNIX, SOCK_SEQPACKET)");
  }
  host_end_ = Fd(ends[0]);
  child_end_ = Fd(ends[1]);
}

Handshake Handshake::of_host(Fd socket) { return {std::move(socket), Fd()}; }

Handshake Handshake::of_child(Fd socket) { return {Fd(), std::move(socket)}; }

void Handshake::put(const Message& message, const Fd* descriptor) {
  iovec parts[2] = {{const_cast<Head*>(&message.head), sizeof message.head},
                    {const_cast<char*>(message.text.data()), message.text.size()}};
  msghdr packet{};
  packet.msg_iov = parts;
  packet.msg_iovlen = 2;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  if (descriptor != nullptr) {
    packet.msg_control = control.data();
    packet.msg_controllen = control.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&packet);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int raw = descriptor->get();
    std::memcpy(CMSG_DATA(header), &raw, sizeof raw);
  }
  while (::sendmsg(mine().get(), &packet, MSG_NOSIGNAL) < 0) {
    if (errno == EINTR) continue;
    if (errno == EPIPE || errno == ECONNRESET) {
      // It may have said why: that is here already, and unread.
      while (take().head.kind != Kind::kEnd) continue;
      throw Vanished("the other side has gone");
    }
    throw SysError(errno, "sendmsg(handshake)");
  }
}

Handshake::Message Handshake::take() {
  Message message = take_one();
  while (message.head.kind == Kind::kDelivery) {
    if (take_delivery_) take_delivery_(std::move(message.descriptor));
    message = take_one();
  }
  return message;
}

Handshake::Message Handshake::take_one() {
  // Static and never cleared: only the pages that a message really fills are ever touched.
  static std::array<char, kMostText> text;
  Message message;
  iovec parts[2] = {{&message.head, sizeof message.head}, {text.data(), text.size()}};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr packet{};
  packet.msg_iov = parts;
  packet.msg_iovlen = 2;
  packet.msg_control = control.data();
  packet.msg_controllen = control.size();
  ssize_t size = 0;
  bool was_reset = false;  // by a side that hadn't read all; said once, before what it sent itself
  while ((size = ::recvmsg(mine().get(), &packet, MSG_CMSG_CLOEXEC)) < 0) {
    if (errno == EINTR || (errno == ECONNRESET && !std::exchange(was_reset, true))) continue;
    if (errno != ECONNRESET) throw SysError(errno, "recvmsg(handshake)");
    size = 0;
    break;
  }
  if (static_cast<size_t>(size) < sizeof message.head) {
    message.head.kind = Kind::kEnd;
    return message;
  }
  message.text.assign(text.data(), static_cast<size_t>(size) - sizeof message.head);
  const cmsghdr* const header = CMSG_FIRSTHDR(&packet);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int raw = -1;
    std::memcpy(&raw, CMSG_DATA(header), sizeof raw);
    message.descriptor = Fd(raw);
  }
  if (message.head.kind == Kind::kError) {
    const std::string what = message.text.substr(0, message.head.what_size);
    const std::string hint = message.text.substr(message.head.what_size);
    const auto failure = static_cast<Failure>(message.head.failure);
    if (message.head.code == 0) throw Error(what, hint, failure);
    throw SysError(SysError::Verbatim{}, message.head.code, what, hint, failure);
  }
  return message;
}

void Handshake::await(Stage stage) {
  while (reached_ < static_cast<int>(stage)) {
    Message message = take();
    if (message.head.kind == Kind::kEnd) {
      throw Vanished("the container's first process ended before its container was complete");
    }
    if (message.head.kind == Kind::kDescriptor) received_.push_back(std::move(message.descriptor));
    if (message.head.kind == Kind::kStage) reached_ = message.head.stage;
  }
}

void Handshake::release(Stage stage) {
  Message message;
  message.head = {Kind::kStage, static_cast<uint8_t>(stage), 0, 0, 0};
  put(message, nullptr);
}

void Handshake::await_exec() {
  for (Message message = take(); message.head.kind != Kind::kEnd; message = take()) {
    if (message.head.kind == Kind::kDescriptor) received_.push_back(std::move(message.descriptor));
  }
}

void Handshake::reach(Stage stage) {
  if (released_ >= static_cast<int>(stage)) return;  // nobody waits for it
  release(stage);  // the same message in this direction: "I am there"
  await_release(stage);
}

void Handshake::await_release(Stage stage) {
  while (released_ < static_cast<int>(stage)) {
    Message message = take();
    if (message.head.kind == Kind::kEnd) throw Vanished("the runtime has gone");
    if (message.head.kind == Kind::kDescriptor) received_.push_back(std::move(message.descriptor));
    if (message.head.kind == Kind::kStage) released_ = message.head.stage;
  }
}

void Handshake::expect_runtime() {
  pollfd end{mine().get(), 0, 0};
  if (::poll(&end, 1, 0) > 0) throw Vanished("the runtime has gone");
}

void Handshake::fail(const std::exception& error, const std::string& where) {
  Message message;
  message.head = {Kind::kError, 0, static_cast<uint8_t>(Failure::kRuntime), 0, 0};
  std::string what = error.what();
  std::string hint;
  if (const auto* known = dynamic_cast<const Error*>(&error)) {
    message.head.failure = static_cast<uint8_t>(known->failure());
    hint = known->hint();
  }
  if (!suspicion_.empty()) hint = suspicion_ + (hint.empty() ? "" : "; if not: " + hint);
  if (const auto* call = dynamic_cast<const SysError*>(&error)) message.head.code = call->code();
  what = shortened(where + what);
  message.head.what_size = static_cast<uint32_t>(what.size());
  message.text = what + hint.substr(0, kMostText / 2);
  put(message, nullptr);
}

void Handshake::send(const Fd& descriptor) {
  Message message;
  message.head = {Kind::kDescriptor, 0, 0, 0, 0};
  put(message, &descriptor);
}

void Handshake::deliver(const Fd& descriptor) {
  Message message;
  message.head = {Kind::kDelivery, 0, 0, 0, 0};
  put(message, &descriptor);
}

Fd Handshake::receive() {
  while (received_.empty()) {
    Message message = take();
    if (message.head.kind == Kind::kEnd)
      throw Vanished("no descriptor came: the other side has gone");
    if (message.head.kind == Kind::kStage) reached_ = message.head.stage;
    if (message.head.kind == Kind::kDescriptor) received_.push_back(std::move(message.descriptor));
  }
  Fd first = std::move(received_.front());
  received_.pop_front();
  return first;
}

}  // namespace lockstep
