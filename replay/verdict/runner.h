// Replays cases: opens the recording, checks that its dump agrees, observes, judges.
#pragma once

#include "analyzer/compiler/program.h"
#include "replay/scenario/scenario.h"
#include "replay/verdict/verdict.h"

namespace exectrail::replay {

// Never throws for what is wrong with the case's own files: that is a verdict.
Result replayCase(const analyzer::Program& program, const Case& recording,
                  Unexpected unexpected = Unexpected::kFail);

}  // namespace exectrail::replay
