// What every program says of a command line that it does not take.
#pragma once

#include <string>
#include <vector>

namespace exectrail::trace {

// `text` is CLI11's or our own, and may hold what was typed as it is: the result is fit for a
// terminal. Where CLI11 says only that it could not convert something, it names what was needed.
// `extras` are the words that nothing takes, which CLI11 turns round: App::remaining(true).
std::string usageError(const std::string& text, const std::vector<std::string>& extras);

}  // namespace exectrail::trace
