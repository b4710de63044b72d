// Verdict + what was judged -> Alert, with everything copied that outlives the record.
#pragma once

#include "analyzer/engine/alert.h"
#include "analyzer/engine/gaps.h"
#include "analyzer/engine/judge.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

// Its identity; `event.id` in outputs.
std::string alertIdOf(const Recipe& recipe, const Judged& judged, const trace::Uuid& bootId);

Alert buildAlert(const Recipe& recipe, Verdict&& verdict, const Judged& judged,
                 const trace::Header& header, const Gaps& gaps);

// What a recipe remembers reaches back so far from `timeNs`: an event lost since may have been one
// that counts.
std::uint64_t memoryStart(const Recipe& recipe, std::uint64_t timeNs);

}  // namespace exectrail::analyzer
