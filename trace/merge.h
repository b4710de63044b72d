// Merges traces in order of time: segments of one recording, recordings of one host, or of several.
// Records keep the clock of the host they are from, and say by `origin` which that is.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "trace/parent.h"
#include "trace/reader.h"
#include "trace/writer.h"

namespace exectrail::trace {

struct MergeInput {
  std::unique_ptr<Reader> reader;
  CheckedParent parent;
};

struct MergeReport {
  std::uint64_t records = 0;
  std::size_t origins = 0;  // distinct recordings
  End end;                  // the account of all together
};

// Reads all to their ends and writes one trace. What is of the same time stays in the order of the
// inputs. The header describes the first input's recording, its `origins` the others. Throws
// EnvironmentError if the meaning of the inputs' fields differs: no single version could be stated.
MergeReport merge(std::vector<MergeInput>& inputs, ByteSink& sink,
                  const WriterSettings& settings = {});

}  // namespace exectrail::trace
