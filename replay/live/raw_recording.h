// Runs the recorder and a scenario's run.sh together: the whole of what was recorded, to be cut.
#pragma once

#include <optional>
#include <string>

#include "replay/live/cut.h"
#include "replay/live/record_live.h"

namespace exectrail::replay {

// Writes the trace `raw` and, to `log`, what recorder and run.sh print. Throws EnvironmentError,
// with the end of that, if anything fails. Says which process runs run.sh if it was there first.
std::optional<LateRoot> recordRaw(const Case& recording, const LiveOptions& options,
                                  const std::string& raw, const std::string& log);

}  // namespace exectrail::replay
