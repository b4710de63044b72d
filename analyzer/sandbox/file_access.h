// Which files a process may open from now on, by Landlock (Linux 5.13 and later).
#pragma once

#include <vector>

#include "analyzer/sandbox/sandbox.h"

namespace exectrail::analyzer {

// 0, or errno: ENOSYS or EOPNOTSUPP where there is no Landlock. `kept`: what must stay open for the
// rules to hold.
int restrictFiles(const SandboxNeeds& needs, std::vector<FileDescriptor>& kept);

}  // namespace exectrail::analyzer
