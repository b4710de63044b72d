#include "recorder/kernel/proc_connector.h"

#include <arpa/inet.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace exectrail::recorder {
namespace {

// Of enum what in <linux/cn_proc.h>, whose place in that file has changed over time.
constexpr std::uint32_t kNone = 0;
constexpr std::uint32_t kExit = 0x80000000;

// A message is this long: three headers, the last of which the union's exit ends.
constexpr std::size_t kMessageAt = NLMSG_HDRLEN;
constexpr std::size_t kEventAt = kMessageAt + sizeof(cn_msg);
constexpr std::size_t kEventBytes = sizeof(proc_event);

constexpr std::size_t kBatch = 64;  // messages in one system call
constexpr std::size_t kSlotBytes = 256;

// Lets answers and exits in. Bytes of a packet count as big-endian numbers here.
int attachFilter(int fd) {
  std::array<sock_filter, 5> program = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kEventAt),  // proc_event.what; a shorter one is dropped
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(kExit), 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(kNone), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  const sock_fprog filter = {static_cast<unsigned short>(program.size()), program.data()};
  return ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0 ? 0 : errno;
}

template <typename T>
T load(std::span<const std::byte> bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

std::optional<ConnectorMessage> decodeConnector(std::span<const std::byte> bytes) {
  if (bytes.size() < kEventAt + kEventBytes) return std::nullopt;
  const auto head = load<nlmsghdr>(bytes, 0);
  const auto message = load<cn_msg>(bytes, kMessageAt);
  if (head.nlmsg_type != NLMSG_DONE || head.nlmsg_len < kEventAt + kEventBytes ||
      head.nlmsg_len > bytes.size() || message.id.idx != CN_IDX_PROC ||
      message.id.val != CN_VAL_PROC || message.len < kEventBytes) {
    return std::nullopt;
  }
  const auto event = load<proc_event>(bytes, kEventAt);
  ConnectorMessage decoded;
  switch (load<std::uint32_t>(bytes, kEventAt)) {
    case kNone:
      decoded.answerTo = message.ack - 1;
      decoded.answer = static_cast<int>(event.event_data.ack.err);
      return decoded;
    case kExit:
      decoded.exit = ThreadExit{event.event_data.exit.process_tgid,
                                event.event_data.exit.process_pid, event.event_data.exit.exit_code,
                                static_cast<std::uint16_t>(event.cpu), event.timestamp_ns};
      return decoded;
    default:
      return std::nullopt;
  }
}

int ProcConnector::openSocket(int bufferBytes) {
  socket_ = FileDescriptor(
      ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR));
  if (!socket_.valid()) return errno;
  if (const int error = attachFilter(socket_.get()); error != 0) return error;
  // More than net.core.rmem_max needs CAP_NET_ADMIN; without it, what is to be had.
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bufferBytes, sizeof bufferBytes) !=
      0) {
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &bufferBytes, sizeof bufferBytes);
  }
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = CN_IDX_PROC;
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return errno;
  }
  return 0;
}

int ProcConnector::ask(std::uint32_t operation, std::optional<std::uint32_t> events,
                       std::uint32_t mark) {
  std::array<std::byte, 128> space{};
  const std::size_t size = events ? 2 * sizeof *events : sizeof operation;
  nlmsghdr head{};
  head.nlmsg_type = NLMSG_DONE;
  head.nlmsg_len = static_cast<std::uint32_t>(kEventAt + size);
  cn_msg message{};
  message.id = {CN_IDX_PROC, CN_VAL_PROC};
  message.ack = mark;
  message.len = static_cast<std::uint16_t>(size);
  std::memcpy(space.data(), &head, sizeof head);
  std::memcpy(space.data() + kMessageAt, &message, sizeof message);
  std::memcpy(space.data() + kEventAt, &operation, sizeof operation);
  if (events) std::memcpy(space.data() + kEventAt + sizeof operation, &*events, sizeof *events);
  const ssize_t sent = ::send(socket_.get(), space.data(), head.nlmsg_len, 0);
  return sent < 0 ? errno : 0;
}

// The kernel answers before send(2) returns. Exits among the answers are from before the flow has
// been started for good.
int ProcConnector::awaitAnswer(std::uint32_t mark) {
  std::array<std::byte, kSlotBytes> space{};
  for (std::size_t looked = 0; looked < 65536; ++looked) {
    const ssize_t got = ::recv(socket_.get(), space.data(), space.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN ? ENODATA : errno;
    const auto message =
        decodeConnector(std::span<const std::byte>(space).first(static_cast<std::size_t>(got)));
    if (message && !message->exit && message->answerTo == mark) return message->answer;
  }
  return ENODATA;
}

int ProcConnector::start(int bufferBytes) {
  if (const int error = openSocket(bufferBytes); error != 0) return error;
  const auto mark = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(this) >> 4);
  if (const int error = ask(PROC_CN_MCAST_LISTEN, std::nullopt, mark); error != 0) return error;
  if (const int error = awaitAnswer(mark); error != 0) return error;
  listening_ = true;
  // struct proc_input of Linux 6.6: only exits. Older kernels pass over a request of this length,
  // the answer of newer ones is no exit and so not let through.
  return ask(PROC_CN_MCAST_LISTEN, kExit, mark);
}

void ProcConnector::stop() {
  if (!listening_) return;
  listening_ = false;
  // Before 6.6 the kernel counts listeners and would make messages for nobody; and while there is
  // another one, the group has them for us too.
  ask(PROC_CN_MCAST_IGNORE, std::nullopt, 0);
  constexpr int kGroup = CN_IDX_PROC;
  ::setsockopt(socket_.get(), SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &kGroup, sizeof kGroup);
}

int ProcConnector::receive(std::vector<ThreadExit>& exits) {
  std::array<std::array<std::byte, kSlotBytes>, kBatch> slots;
  std::array<iovec, kBatch> parts;
  std::array<sockaddr_nl, kBatch> senders;
  std::array<mmsghdr, kBatch> messages{};
  for (std::size_t i = 0; i < kBatch; ++i) {
    parts[i] = {slots[i].data(), kSlotBytes};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_name = &senders[i];
    messages[i].msg_hdr.msg_namelen = sizeof senders[i];
  }
  const int got = ::recvmmsg(socket_.get(), messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (got < 0) return errno == EAGAIN ? 0 : errno == EINTR ? EAGAIN : errno;
  for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
    if (senders[i].nl_pid != 0) continue;  // not the kernel: somebody makes messages up
    const auto bytes = std::span<const std::byte>(slots[i]).first(
        std::min<std::size_t>(messages[i].msg_len, kSlotBytes));
    const auto message = decodeConnector(bytes);
    if (!message) {
      ++undecoded_;
    } else if (message->exit) {
      exits.push_back(*message->exit);
    }
  }
  // Fewer than there was room for: there are no more, or an error that the next call tells.
  return static_cast<std::size_t>(got) < kBatch ? 0 : EAGAIN;
}

}  // namespace exectrail::recorder
