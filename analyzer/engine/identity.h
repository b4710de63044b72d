// Names for images and alerts that are the same wherever and whenever a trace is analysed, and
// after it was cut, merged or written in other batches. Each is the first 16 bytes, in hex, of a
// SHA-256 over the layout below; integers are little-endian, a text is its size in 4 bytes and its
// bytes, a tag ends with a zero byte.
//   image: "exectrail image 1", boot id (16), tgid (4), process start (8), exec number (4)
//   alert: "exectrail alert 1", the same five, attempt number (4), recipe name, version, further
#pragma once

#include <string>
#include <string_view>

#include "trace/metadata.h"
#include "trace/record.h"

namespace exectrail::analyzer {

std::string entityId(const trace::Uuid& bootId, const trace::ImageId& image);

// `attemptNumber` is 0 for what ran. `further` tells apart what else an image may have several of:
// the path of a mapping, the time of a tally; nothing is hashed of it if it is empty.
std::string alertId(const trace::Uuid& bootId, const trace::ImageId& image,
                    std::uint32_t attemptNumber, std::string_view recipe, std::string_view version,
                    std::string_view further = {});

}  // namespace exectrail::analyzer
