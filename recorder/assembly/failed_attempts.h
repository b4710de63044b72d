// Failed attempts of one process: which are kept as records, and the count of the others.
#pragma once

#include <functional>

#include "recorder/assembly/process.h"
#include "trace/metadata.h"
#include "trace/record.h"

namespace exectrail::recorder {

// So many of one image are kept in a second; the others are a flood, counted and named.
inline constexpr std::uint32_t kMostAttemptsASecond = 50;

// Whether the attempt is to be kept; counts it if not.
bool keepAttempt(Failures& failures, trace::FailedPolicy policy, std::uint64_t timeNs,
                 std::uint16_t errorNumber, const trace::Field<bool>& targetExists);

// Hands out the tallies of `process` and forgets them.
void takeTallies(Process& process, const std::function<void(const trace::AttemptTally&)>& take);

}  // namespace exectrail::recorder
