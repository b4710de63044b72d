// Which processes belong to some roots and what they start, told from records as they come, so that
// memory follows the processes that live. What cutting by process and by executable rests on.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "trace/record.h"

namespace exectrail::trace {

// A process of one of the recordings that a trace holds.
struct ProcessKey {
  std::uint16_t origin = 0;
  ProcessId process;
  friend bool operator==(const ProcessKey&, const ProcessKey&) = default;
};

struct ProcessKeyHash {
  std::size_t operator()(const ProcessKey& key) const;
};

// The image whose record it is; none for gaps, mount tables, heartbeats and unknown kinds.
const ImageId* subjectOf(const Record& record);

class Subtree {
 public:
  // A root, with what it has started as far as that was in the snapshot.
  void add(const ProcessKey& process);

  // Learns from a record who was created by whom, and who has ended. Records of a process that has
  // ended may come a little later, so it stays a member for a while.
  void learn(const Record& record);

  bool contains(const ProcessKey& process) const { return members_.contains(process); }

 private:
  void link(const ProcessKey& child, const ProcessKey& creator);

  std::unordered_set<ProcessKey, ProcessKeyHash> members_;
  // Processes of the snapshot, by their creator: it need not come before them.
  std::unordered_multimap<ProcessKey, ProcessKey, ProcessKeyHash> snapshotChildren_;
  std::deque<ProcessKey> ended_;
};

}  // namespace exectrail::trace
