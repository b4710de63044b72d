// Cuts a part out of a trace: a span of time, what some processes and all below them did, or what
// some executables and all below them did. The cut can be judged like the whole: images that are
// older than it, and those above what it holds, are restated.
#pragma once

#include <cstdint>

#include "trace/parent.h"
#include "trace/reader.h"
#include "trace/selection.h"
#include "trace/writer.h"

namespace exectrail::trace {

// Processes with such a pid, and executions of such a file, are roots: they and all that they start
// are kept. None of both: everything is.
using CutSelection = Selection;

struct CutReport {
  std::uint64_t records = 0;   // of the source that are in the cut
  std::uint64_t restated = 0;  // images that the cut restates
  End end;                     // the account of the cut
};

// Reads what is intact of `source` and writes the cut to `sink`. Counts that belong to no process
// (what was not kept, came late, could not be decoded) stay those of the source. The header says
// what was cut from what, and what was wrong with it.
CutReport cut(Reader& source, const CheckedParent& parent, const CutSelection& selection,
              ByteSink& sink, const WriterSettings& settings = {});

}  // namespace exectrail::trace
