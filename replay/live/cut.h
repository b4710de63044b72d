// Cuts a scenario out of what record-live recorded: keeps the processes below the sandbox's first
// exec (`sh run.sh`), drops everything above and beside it, and takes out what names the host. The
// cut is a statement of its own: it stands in the header's provenance and the end's reason.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trace/reader.h"
#include "trace/writer.h"

namespace exectrail::replay {

struct CutReport {
  trace::ImageId root;                  // the image of `sh run.sh`
  trace::End end;                       // the account of the cut trace
  std::vector<std::string> unresolved;  // typed paths of execs whose executable is not known
};

// Opens the raw trace from its start; called twice.
using TraceOpener = std::function<std::unique_ptr<trace::Reader>()>;

// `sh run.sh` of a scenario that was running before the recorder: an image of the snapshot.
struct LateRoot {
  std::uint32_t tgid = 0;
};

// Writes to `sink` the trace of `scenario` ("attack/web-shell", with "/VARIANT" where it has
// variants). The raw trace's first exec must be the sandbox, unless the scenario was there before
// the recorder. Throws EnvironmentError if the raw trace is not complete or holds no scenario.
//
// Root image: its creator becomes "top", with evidence `external`: not what the kernel said.
// Header: host name "exectrail", no machine id, no users, a fixed boot id, no command; kernel and
// clocks stay. Gaps that reach into the scenario stay. Counts of what was not kept, was late or
// could not be decoded cannot be attributed to a process and stay those of the raw trace.
CutReport cutToScenario(const TraceOpener& open, const std::string& scenario, trace::ByteSink& sink,
                        std::optional<LateRoot> late = std::nullopt);

}  // namespace exectrail::replay
