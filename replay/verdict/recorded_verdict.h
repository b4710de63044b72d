// `recorded:` of a scenario against the records of its recording.
#pragma once

#include <vector>

#include "replay/scenario/scenario.h"
#include "replay/verdict/verdict.h"

namespace exectrail::replay {

struct RecordedFinding {
  Finding finding;
  bool tooFew = false;  // nothing is wrong with the records that are there
};

std::vector<RecordedFinding> judgeRecorded(const Case& recording,
                                           const std::vector<RecordFacts>& records);

}  // namespace exectrail::replay
