// Words for a shell's command line, in what people paste and in the scripts of disguises.
#pragma once

#include <string>

namespace exectrail::replay {

// A word as a shell takes it: in quotes if it needs some.
std::string shellWord(const std::string& word);

}  // namespace exectrail::replay
