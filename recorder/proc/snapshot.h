// The processes that were there before the recording: read from /proc once tracing is on, so that
// none falls between. What an event of the same moment contradicts is taken out again.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "recorder/events/event.h"
#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {

struct SnapshotProcess {
  std::uint32_t tgid = 0;
  std::vector<std::int32_t> tids;
  ProcessReading reading;
  bool imageReplaced = false;  // it executed something while being read: its facts are not usable
};

using HostSnapshot = std::map<std::uint32_t, SnapshotProcess>;  // by tgid

// All processes, or only `pid` and its ancestors; with the named variables of their environment.
HostSnapshot snapshotHost(const std::vector<std::string>& environmentNames = {});
HostSnapshot snapshotAncestors(std::int32_t pid,
                               const std::vector<std::string>& environmentNames = {});

// Removes processes that `events` show to have started after tracing was on, and marks those that
// executed something before their reading ended.
void reconcile(HostSnapshot& snapshot, const std::vector<Event>& events);

}  // namespace exectrail::recorder
