// Facts about an image, copied out of a record, and the few things derived from them alone.
#pragma once

#include <memory>
#include <string>

#include "analyzer/engine/alert.h"
#include "analyzer/engine/contexts.h"
#include "analyzer/paths/path.h"
#include "trace/record.h"

namespace exectrail::analyzer {

trace::Field<std::string> copyField(const trace::Field<trace::Bytes>& field);
trace::Field<std::vector<std::string>> copyField(const trace::Field<trace::Arguments>& field);

// `typedPath` may be null: images that were there already.
std::shared_ptr<ImageFacts> copyFacts(const trace::Image& image,
                                      const trace::Field<trace::Bytes>* typedPath,
                                      Contexts& contexts);

// Where the executable lies, if that is known; what ImageFacts::place was made from.
Place executablePlace(const ImageFacts& facts);

// The name to show: last component of the executable, else the task's name, else "?".
std::string displayName(const ImageFacts& facts);

}  // namespace exectrail::analyzer
