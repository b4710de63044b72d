// The commands of `exectrail trace`. Each returns the exit status and throws EnvironmentError.
#pragma once

#include <string>
#include <vector>

#include "trace/tool/verify.h"

namespace exectrail::trace {

int runInfo(const std::string& path);
int runKeygen(const std::string& path);
int runPack(const std::vector<std::string>& paths);

}  // namespace exectrail::trace
