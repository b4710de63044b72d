// The recorder's last words on the terminal: what was recorded, what was lost, what to type next.
#pragma once

#include <string>

#include "recorder/recording.h"

namespace exectrail::recorder {

// Lines, each ending in a newline; nothing if whoever read the stream has gone.
std::string summarize(const Outcome& outcome);

}  // namespace exectrail::recorder
