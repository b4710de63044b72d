// The name of an alert, which is the same wherever and whenever a trace is analysed, and after it
// was cut, merged or written in other batches. Made like those of images, see trace/identity.h, of:
//   "exectrail alert 1", boot id, tgid, process start, exec number, attempt number (4), recipe
//   name, recipe version
#pragma once

#include <string>
#include <string_view>

#include "trace/identity.h"

namespace exectrail::analyzer {

using trace::entityId;

// `attemptNumber` is 0 for what ran.
std::string alertId(const trace::Uuid& bootId, const trace::ImageId& image,
                    std::uint32_t attemptNumber, std::string_view recipe, std::string_view version);

}  // namespace exectrail::analyzer
