// What a field may need beyond the record and its process: set once for a trace, asked for rarely.
#pragma once

#include "analyzer/engine/mounts.h"
#include "analyzer/engine/test_memo.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

class ProcessTree;

struct World {
  const trace::Header* header = nullptr;
  const ProcessTree* tree = nullptr;
  const Mounts* mounts = nullptr;
  TestMemo* memo = nullptr;  // null: tests of texts are done anew each time
};

inline const World kNoWorld;

}  // namespace exectrail::analyzer
