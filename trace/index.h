// The index of a trace: for each run of batches its time, processes and executables, so that a
// reader that wants little need not read all. It says at most that nothing wanted is in a run; what
// is read is looked at all the same. Readers check what it says about what they read, and `verify`
// all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "trace/selection.h"

namespace exectrail::trace {

struct PidRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  friend bool operator==(const PidRange&, const PidRange&) = default;
};

// What is in a run, or in some runs one after the other. All of it may be said too generously.
struct IndexedRun {
  std::uint64_t firstFrame = 0;  // numbers of its first and its last batch
  std::uint64_t lastFrame = 0;
  std::uint64_t records = 0;
  std::uint64_t gaps = 0;
  std::map<std::uint16_t, TimeSpan> spans;  // by origin
  std::vector<PidRange> pids;               // sorted
  std::vector<std::uint32_t> executables;   // sorted indexes into Index::executables
  bool everyExecutable = false;             // there are more than are listed
};

struct Index {
  std::vector<std::string> executables;
  std::vector<IndexedRun> runs;  // in order

  // The run that holds this frame, null: none does, and nothing is known about it.
  const IndexedRun* runOf(std::uint64_t frame) const;

  // False: nothing wanted is in `run`, if the index is right.
  bool mayHold(const IndexedRun& run, const Selection& selection, const Header& header) const;

  // False: the index says that this record cannot be in `run`.
  bool allows(const IndexedRun& run, const Record& record) const;
};

std::vector<std::byte> encodeIndex(const Index& index);

// `message` must be aligned to 8 bytes. Throws BadMessage, also if its runs are not in order.
Index decodeIndex(const std::byte* message, std::size_t size);

}  // namespace exectrail::trace
