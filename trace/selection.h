// Which part of a trace is wanted: by time, by process, by executable. What cut and dump are told,
// and what an index is asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trace/metadata.h"

namespace exectrail::trace {

struct Selection {
  // Nanoseconds since 1970, from (included) and to (not).
  std::optional<std::int64_t> fromNs;
  std::optional<std::int64_t> toNs;

  std::vector<std::uint32_t> pids;

  // A glob(7) over the whole path, in which `*` also stands for slashes, or over the name if it
  // holds no slash.
  std::vector<std::string> executables;

  bool everyProcess() const { return pids.empty() && executables.empty(); }
  bool everything() const { return everyProcess() && !fromNs && !toNs; }

  bool hasPid(std::uint32_t pid) const;
  bool hasExecutable(Bytes path) const;

  // Of what happened between two times of one clock.
  bool inTime(const ClockReading& clock, std::uint64_t firstNs, std::uint64_t lastNs) const;
};

// What a record tells about: the moment it happened, or a span of time.
struct TimeSpan {
  std::uint64_t fromNs = 0;
  std::uint64_t toNs = 0;
};
TimeSpan spanOf(const Record& record);

// For one line: "from 2026-… to …, pid 42, executable /usr/bin/curl".
std::string describe(const Selection& selection);

// The records themselves that are wanted: of these processes or about their creation, execs and
// snapshots of these executables. Gaps are, whatever process is asked for: any may be in them.
bool selects(const Selection& selection, const Header& header, const Record& record);

}  // namespace exectrail::trace
