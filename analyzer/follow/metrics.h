// The figures of a follower in the text format of Prometheus.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analyzer/engine/engine.h"
#include "analyzer/follow/sink_set.h"

namespace exectrail::analyzer {

struct Figures {
  const Summary* summary = nullptr;                 // of all that was read since the analyzer began
  std::map<std::string, std::uint64_t> operations;  // operational alerts, by action
  double lagSeconds = -1;  // of what was judged last; negative: not a recording of this host, now
  bool caughtUp = false;
  std::string segment;  // that is being read
  std::uint64_t outputBytes = 0;
  std::vector<SinkSet::Figures> sinks;
  bool confinedFiles = false;  // by a sandbox
  bool confinedCalls = false;
};

std::string toPrometheus(const Figures& figures);

}  // namespace exectrail::analyzer
