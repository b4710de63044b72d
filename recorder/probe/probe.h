// One thing that a recording may use, whether this host has it, and what follows from that. Sources
// give theirs, `exectrail record --probe` shows them all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trace/record.h"

namespace exectrail::recorder {

enum class ProbeState { kYes, kPartly, kNo };

struct Probe {
  std::string what{};
  ProbeState state = ProbeState::kNo;
  std::string found{};
  std::string matters{};  // what is missing without it; empty: nothing
  std::string remedy{};   // what to do about it; empty: nothing can be done
  bool required = false;  // no recording without it
};

// Of a source that knows itself why this host does not support it.
Probe sourceProbe(trace::Source source, const std::optional<std::string>& unsupported,
                  const std::string& matters);

// True if nothing that is required is missing.
bool canRecord(const std::vector<Probe>& probes);

// A table for people; `width` is that of the terminal, in characters.
std::string probeTable(const std::vector<Probe>& probes, std::size_t width);

// {"recording_possible": …, "probes": [{"what", "state", "found", "matters", "remedy",
// "required"}]}
std::string probeJson(const std::vector<Probe>& probes);

}  // namespace exectrail::recorder
