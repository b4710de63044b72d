// Files as another process names them: below its root and from its working directory. Class
// `procfs`: asked after the call, when the file may be another one or gone.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "trace/evidence.h"

namespace exectrail::recorder {

// Whether `path` names something, be it a broken symbolic link. Unknown, with the error, where that
// cannot be told from outside the process: it has gone, or the path leads through /proc/self.
trace::Field<bool> existsFor(pid_t tid, const std::string& path);

// Whether an execve of `path` can have failed with `errorNumber`, as far as files can tell: an
// error about a file needs one, or a folder that not everybody may search. If not, `path` is not
// what was passed; whoever frees or reuses that memory at once leaves something else there.
// `exists` is what existsFor() said of it.
bool canHaveFailed(pid_t tid, const std::string& path, std::uint16_t errorNumber,
                   const trace::Field<bool>& exists);

}  // namespace exectrail::recorder
