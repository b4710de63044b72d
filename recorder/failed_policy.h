// Which failed attempts are worth keeping.
#pragma once

#include <cerrno>
#include <cstdint>

#include "trace/metadata.h"

namespace exectrail::recorder {

// PATH search makes most ENOENT and ENOTDIR; they are counted and not kept unless asked for.
inline bool keepsFailure(trace::FailedPolicy policy, std::uint16_t errorNumber) {
  switch (policy) {
    case trace::FailedPolicy::kAll:
      return true;
    case trace::FailedPolicy::kNone:
      return false;
    case trace::FailedPolicy::kNoteworthy:
      break;
  }
  return errorNumber != ENOENT && errorNumber != ENOTDIR;
}

}  // namespace exectrail::recorder
