// What neither ECS nor OCSF has a name for: the object "exectrail" of an alert. Key order is fixed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/engine/alert.h"
#include "trace/json/value.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

// To be asked for last: it holds the exact bytes of all that `writer` could not write as UTF-8.
trace::JsonObject exectrailJson(const Alert& alert, const trace::Header& header,
                                const std::string& inputsSha256, std::string_view context,
                                trace::TextWriter& writer);

// An alert owns its bytes; what writes JSON takes views.
inline trace::Field<trace::Bytes> view(const trace::Field<std::string>& field) {
  return {field.value, field.evidence};
}

inline trace::Field<trace::Arguments> view(const trace::Field<std::vector<std::string>>& field) {
  return {trace::Arguments(field.value.begin(), field.value.end()), field.evidence};
}

}  // namespace exectrail::analyzer
