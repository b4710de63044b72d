// Verdict + what was judged -> Alert, with everything copied that outlives the record.
#pragma once

#include "analyzer/engine/alert.h"
#include "analyzer/engine/gaps.h"
#include "analyzer/engine/identity.h"
#include "analyzer/engine/judge.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

// Its identity; `event.id` in outputs.
std::string alertIdOf(const Recipe& recipe, const Judged& judged, const trace::Uuid& bootId);

Alert buildAlert(const Recipe& recipe, Verdict&& verdict, const Judged& judged,
                 const trace::Header& header, const Gaps& gaps, EntityIds& ids);

}  // namespace exectrail::analyzer
