#include "trace/record.h"

namespace exectrail::trace {

// By content: two batches hold equal contexts at different places.
bool operator==(const Image& a, const Image& b) {
  return a.id == b.id && a.startEvidence == b.startEvidence && a.creator == b.creator &&
         a.parentPid == b.parentPid && a.executable == b.executable && a.identity == b.identity &&
         a.file == b.file && a.sha256 == b.sha256 && a.arguments == b.arguments &&
         a.argumentShape == b.argumentShape && a.workingDirectory == b.workingDirectory &&
         a.comm == b.comm && a.secure == b.secure && *a.context == *b.context;
}

}  // namespace exectrail::trace
