// SHA-256 of a few bytes at once, with the processor's own instructions where it has them: ids of
// alerts are hashes, and libsodium's SHA-256 is portable code.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace exectrail::trace {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);

// The same in portable code, for processors without the instructions and for comparison.
Sha256 portableSha256(std::string_view bytes);

}  // namespace exectrail::trace
