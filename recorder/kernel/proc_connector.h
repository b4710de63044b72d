// The process connector: the thin face of cn_proc, by which the kernel tells over netlink how each
// thread ended. Nothing else tells a bystander the exit status. Only messages about exits are let
// in: by cn_proc's own filter since Linux 6.6, by a socket filter before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "trace/file_descriptor.h"

namespace exectrail::recorder {

// The end of one thread. When the last one of a process ends, `status` is that of the process, as
// wait(2) gives it (since Linux 5.19, kernel/exit.c: synchronize_group_exit); those before it may
// carry others: the leader's, when it calls exit(2) alone or another thread execs, is not the
// process's.
struct ThreadExit {
  std::int32_t tgid = 0;
  std::int32_t tid = 0;
  std::uint32_t status = 0;
  std::uint16_t cpu = 0;
  std::uint64_t timeNs = 0;  // CLOCK_MONOTONIC
};

// What a message of cn_proc says, if it is one: an exit, or the answer to a request.
struct ConnectorMessage {
  std::optional<ThreadExit> exit;
  std::uint32_t answerTo = 0;  // what the request was marked with
  int answer = 0;              // 0 or errno
};

// Nothing: not a whole message of cn_proc, or about something else.
std::optional<ConnectorMessage> decodeConnector(std::span<const std::byte> bytes);

class ProcConnector {
 public:
  ProcConnector() = default;
  ~ProcConnector() { stop(); }
  ProcConnector(const ProcConnector&) = delete;
  ProcConnector& operator=(const ProcConnector&) = delete;

  // Starts the flow. `bufferBytes` hold what has not been received yet, some 800 bytes an exit; the
  // kernel makes them twice as many, and no more than net.core.rmem_max without CAP_NET_ADMIN. 0,
  // or EPERM            CAP_NET_ADMIN is missing EPROTONOSUPPORT  no CONFIG_CONNECTOR ENODATA no
  // answer: no CONFIG_PROC_EVENTS, or another user or pid namespace
  int start(int bufferBytes);

  // No more messages; those that have arrived can still be received.
  void stop();

  // Appends what has arrived. 0: that was all for now. EAGAIN: there may be more. ENOBUFS: some was
  // lost after what came with this call, or came before; call again.
  int receive(std::vector<ThreadExit>& exits);

  int descriptor() const { return socket_.get(); }
  std::uint64_t undecoded() const { return undecoded_; }

 private:
  int openSocket(int bufferBytes);
  int ask(std::uint32_t operation, std::optional<std::uint32_t> events, std::uint32_t mark);
  int awaitAnswer(std::uint32_t mark);

  FileDescriptor socket_;
  bool listening_ = false;
  std::uint64_t undecoded_ = 0;
};

}  // namespace exectrail::recorder
