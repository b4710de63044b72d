// Words that text and JSON share.
#pragma once

#include <string>
#include <vector>

#include "analyzer/engine/alert.h"

namespace exectrail::analyzer {

// One line, bytes as recorded: "/tmp/x ran (temp, server_above)".
std::string headline(const Alert& alert);

// Joined by spaces, with quotes where a shell would need them.
std::string commandLine(const std::vector<std::string>& arguments);

// "EACCES", or the number if it has no name.
std::string errorName(std::uint16_t errorNumber);

}  // namespace exectrail::analyzer
