// What a recording would hold if the kernel had lost some of its events: they are taken out as a
// recorder would not have seen them, and a gap stands where they were. What follows from not having
// seen them is followed through: numbers of images, processes whose creation is not known.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "trace/metadata.h"
#include "trace/record.h"

namespace exectrail::replay {

struct Lossy {
  std::vector<trace::Record> records;  // bytes are those of the original ones
  std::uint64_t lost = 0;              // events of the gap
  std::uint64_t knownNs = 0;           // when it was noticed: the time of the gap's record
  std::uint64_t vanished = 0;          // records that could not be made without them
};

using Random = std::mt19937_64;  // its numbers are the same everywhere

// One gap at a random place. Nothing is lost if `records` have nothing that could be.
Lossy withLoss(const std::vector<trace::Record>& records, const trace::Header& header,
               Random& random);

}  // namespace exectrail::replay
