// Verdict + what was judged -> Alert, with everything copied that outlives the record.
#pragma once

#include "analyzer/engine/alert.h"
#include "analyzer/engine/gaps.h"
#include "analyzer/engine/judge.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

Alert buildAlert(const Recipe& recipe, const Verdict& verdict, const Judged& judged,
                 const trace::Header& header, const Gaps& gaps);

}  // namespace exectrail::analyzer
