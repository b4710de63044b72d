// The mount tables of a trace against the controls: what the host's mounts allow, at the end of the
// trace, and whether that changed while it was recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/engine/mounts.h"
#include "analyzer/posture/controls.h"
#include "trace/record.h"

namespace exectrail::analyzer {

enum class ControlState : std::uint8_t { kUnknown, kMissing, kSet };

// "unknown", "missing", "set"
std::string_view name(ControlState state);

struct JudgedControl {
  const Control* control = nullptr;
  ControlState state = ControlState::kUnknown;
  std::optional<MountFacts> mount;  // that the directory lies on
  bool changed = false;             // it was another one before, in this trace
};

struct PostureReport {
  std::uint64_t mountNamespace = 0;  // judged; 0: the trace holds no mount table
  bool ofInit = false;               // it is known to be that of process 1
  std::uint64_t timeNs = 0;          // of the trace's last record
  std::vector<JudgedControl> controls;
};

// Sees all records of one trace, in order. Of a merged one, those of the first recording count.
class PostureWatch {
 public:
  void process(const trace::Record& record);
  PostureReport report() const;

  // The mount namespace of process 1; if the trace does not tell, the first of which it has a
  // table, which is that of process 1 or of the recorder. 0: none.
  std::uint64_t hostNamespace() const { return init_ != 0 ? init_ : first_; }

  // As the host sees it; null if not known.
  const MountFacts* hostMount(std::string_view path) const {
    return mounts_.find(hostNamespace(), path);
  }

 private:
  void learn(const trace::Image& image);
  std::vector<JudgedControl> judge() const;
  void settle();

  Mounts mounts_;
  std::uint64_t init_ = 0;
  std::uint64_t first_ = 0;
  std::uint64_t timeNs_ = 0;
  // What was true when the tables of that moment were all read; tables may be several records.
  std::uint64_t tableNs_ = 0;
  bool unsettled_ = false;
  std::vector<JudgedControl> settled_;
};

}  // namespace exectrail::analyzer
