#include "recorder/sources/connector_source.h"

#include <cerrno>
#include <cstring>

#include "recorder/proc/process_reader.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

constexpr std::size_t kMostInOneDrain = 65536;

std::string whyRefused(int error) {
  switch (error) {
    case EPERM:
    case EACCES:
      return std::string("the kernel refuses the process connector (") + std::strerror(error) +
             "); it takes CAP_NET_ADMIN before Linux 6.6";
    case EPROTONOSUPPORT:
      return "this kernel has no netlink connector; it takes one built with CONFIG_CONNECTOR";
    case ENODATA:
      return "the process connector does not answer; it takes a kernel built with "
             "CONFIG_PROC_EVENTS, and the host's own user and pid namespaces";
    default:
      return std::string("the process connector cannot be used (") + std::strerror(error) + ")";
  }
}

}  // namespace

ConnectorSource::ConnectorSource(int bufferBytes) : lastNs_(monotonicNowNs()) {
  if (const int error = connector_.start(bufferBytes); error != 0)
    throw EnvironmentError(whyRefused(error));
}

std::optional<std::string> ConnectorSource::unsupported() {
  ProcConnector tried;
  const int error = tried.start(kBufferBytes);
  return error == 0 ? std::nullopt : std::optional(whyRefused(error));
}

void ConnectorSource::drain(std::vector<Event>& events) {
  received_.clear();
  int state = EAGAIN;
  while (state != 0 && received_.size() < kMostInOneDrain) {
    state = connector_.receive(received_);
    if (state == ENOBUFS) {
      lossToReport_ = true;
    } else if (state != 0 && state != EAGAIN) {
      throwErrno(state, "cannot receive from the process connector");
    }
  }
  for (const ThreadExit& exit : received_) {
    lastNs_ = exit.timeNs;
    events.push_back({exit.timeNs, exit.cpu, ExitStatusEvent{exit.tgid, exit.status, exit.tid},
                      trace::Source::kConnector});
  }
  // Once it has run out of room, the kernel drops everything until we have taken all there is.
  if (lossToReport_ && state == 0) {
    lossToReport_ = false;
    const std::uint64_t nowNs = monotonicNowNs();
    events.push_back(
        lossEvent(nowNs, trace::kCpuNotKnown, {trace::Source::kConnector, lastNs_, 0}));
    events.back().source = trace::Source::kConnector;
    lastNs_ = nowNs;
  }
}

std::vector<Event> ConnectorSource::unreportedLosses(std::uint64_t nowNs) {
  if (!lossToReport_) return {};
  return {lossEvent(nowNs, trace::kCpuNotKnown, {trace::Source::kConnector, lastNs_, 0})};
}

}  // namespace exectrail::recorder
