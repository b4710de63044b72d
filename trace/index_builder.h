// Makes the index of a trace from its batches as they are written, in bounded memory; and finds out
// whether an index that is there is right.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "trace/container/frame.h"
#include "trace/index.h"

namespace exectrail::trace {

// What is in one run, exactly.
struct RunFacts {
  std::uint64_t firstFrame = 0;
  std::uint64_t lastFrame = 0;
  std::uint64_t records = 0;
  std::uint64_t gaps = 0;
  std::map<std::uint16_t, TimeSpan> spans;
  std::unordered_set<std::uint32_t> pids;
  std::set<std::string> executables;
};

// Collects the facts of one run after the other, without decoding records.
class RunScanner {
 public:
  // A batch, and the number of its frame. Returns the run before it if this one begins a new one.
  // Throws BadMessage.
  std::optional<RunFacts> add(ByteSpan content, std::uint64_t frame, bool fresh);

  // The last run.
  std::optional<RunFacts> finish();

 private:
  RunFacts run_;
  std::vector<std::string> strings_;  // of the run
};

class IndexBuilder {
 public:
  // A batch that has been written. What cannot be read makes the trace go without an index.
  void add(ByteSpan content, std::uint64_t frame, bool fresh);

  // Nothing if there are fewer than two runs: an index would save nobody anything.
  std::optional<Index> finish();

 private:
  void add(const RunFacts& facts);
  std::optional<std::uint32_t> executable(const std::string& path);
  void halve();

  RunScanner scanner_;
  Index index_;
  std::unordered_map<std::string, std::uint32_t> executableIndexes_;
  std::size_t executableBytes_ = 0;
  bool usable_ = true;
};

// What `index` says about a run that it should not; empty: nothing. A run that it does not know is
// read by everybody, so that is no lie.
std::string whyWrong(const Index& index, const RunFacts& facts);

}  // namespace exectrail::trace
