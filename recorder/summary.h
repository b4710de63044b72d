// The recorder's last words on the terminal: what was recorded, what was lost, what to type next.
#pragma once

#include <string>

#include "recorder/options.h"
#include "recorder/recording.h"

namespace exectrail::recorder {

// One to three lines, ending in a newline.
std::string summarize(const Options& options, const Outcome& outcome);

}  // namespace exectrail::recorder
