// How processes end, from the kernel's process connector: an ExitStatusEvent for each thread.
// Putting it to the exit of that thread, and the last one to its process, is the merge's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recorder/events/source.h"
#include "recorder/kernel/proc_connector.h"

namespace exectrail::recorder {

class ConnectorSource : public Source {
 public:
  static constexpr int kBufferBytes = 8 << 20;  // twice of this hold some 20,000 exits

  // Starts the flow. Throws EnvironmentError where unsupported() says why.
  explicit ConnectorSource(int bufferBytes = kBufferBytes);

  // Nothing if this host can; or why not and what to do, in one sentence.
  static std::optional<std::string> unsupported();

  trace::Source kind() const override { return trace::Source::kConnector; }
  std::vector<std::string> eventNames() const override { return {"cn_proc:exit"}; }
  std::vector<int> descriptors() const override { return {connector_.descriptor()}; }

  // Takes at most some 65,000 messages, so that it ends also while more keep coming.
  void drain(std::vector<Event>& events) override;

  void stop() override { connector_.stop(); }
  std::vector<Event> unreportedLosses(std::uint64_t nowNs) override;
  std::uint64_t undecodedEvents() const override { return connector_.undecoded(); }

 private:
  ProcConnector connector_;
  std::vector<ThreadExit> received_;
  std::uint64_t lastNs_ = 0;   // time of the last exit received
  bool lossToReport_ = false;  // the kernel had no room, and has not been drained since
};

}  // namespace exectrail::recorder
