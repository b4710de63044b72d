// Header and End <-> Cap'n Proto messages.
#pragma once

#include <cstddef>
#include <vector>

#include "trace/metadata.h"

namespace exectrail::trace {

std::vector<std::byte> encodeHeader(const Header& header);
std::vector<std::byte> encodeEnd(const End& end);

// `message` must be aligned to 8 bytes. Throws BadMessage.
Header decodeHeader(const std::byte* message, std::size_t size);
End decodeEnd(const std::byte* message, std::size_t size);

}  // namespace exectrail::trace
