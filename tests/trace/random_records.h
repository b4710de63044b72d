// Records of every kind with hostile and random contents, from a seed.
#pragma once

#include <cstdint>

#include "tests/support/records.h"

namespace exectrail::test {

// The same seed gives the same records.
Records randomRecords(std::uint32_t seed, std::size_t count);

}  // namespace exectrail::test
