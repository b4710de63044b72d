// A file that the kernel refuses as no format it knows may be a script without a `#!` line: then
// execvp(3), posix_spawnp(3) and shells call execve once more, of a shell that is to read it. Its
// arguments tell what the refused path was, when the memory that held it is gone.
#pragma once

#include "recorder/events/event.h"
#include "trace/record.h"

namespace exectrail::recorder {

// The path that was refused, if `exec` (may be null), which its thread made next, has the form of
// such a call; else unknown. Class `inferred`: who runs a shell of its own accord looks the same.
// Whether the file is there is not asked: a script may be its own last reader. The bytes are those
// of `exec`.
trace::Field<trace::Bytes> refusedBefore(const ExecEvent* exec);

}  // namespace exectrail::recorder
