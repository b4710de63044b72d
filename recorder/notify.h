// How the parts of a recording say something to the person at the terminal: they print nothing
// themselves.
#pragma once

#include <functional>
#include <string>

namespace exectrail::recorder {

// Something worth a line on the terminal while the recording goes on.
using Notify = std::function<void(const std::string& line)>;

}  // namespace exectrail::recorder
