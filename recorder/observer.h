// Reads the short-lived evidence for events the moment they arrive, before they are merged: /proc
// of a program that has just started, the memory of one that is about to.
#pragma once

#include <vector>

#include "recorder/event.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

// `events` are those of one drain, in order of time. Fills their `reading`s, but not those of
// failures that `failed` leaves out.
void observe(std::vector<Event>& events, trace::FailedPolicy failed);

}  // namespace exectrail::recorder
