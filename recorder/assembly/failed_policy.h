// Which failed attempts are worth keeping.
#pragma once

#include <cerrno>
#include <cstdint>

#include "trace/metadata.h"
#include "trace/record.h"

namespace exectrail::recorder {

// kUnknown: keep it. PATH search makes most ENOENT and ENOTDIR; they are counted and not kept
// unless asked for, except where the file was there: then its `#!` interpreter or its loader is
// missing, which no search explains.
inline trace::TallyReason whyNotKept(trace::FailedPolicy policy, std::uint16_t errorNumber,
                                     const trace::Field<bool>& targetExists) {
  switch (policy) {
    case trace::FailedPolicy::kAll:
      return trace::TallyReason::kUnknown;
    case trace::FailedPolicy::kNone:
      return trace::TallyReason::kPolicy;
    case trace::FailedPolicy::kNoteworthy:
      break;
  }
  if (errorNumber != ENOENT && errorNumber != ENOTDIR) return trace::TallyReason::kUnknown;
  return targetExists.known() && targetExists.value ? trace::TallyReason::kUnknown
                                                    : trace::TallyReason::kPathSearch;
}

}  // namespace exectrail::recorder
