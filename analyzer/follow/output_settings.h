// Where a follower's alerts go, and what becomes of the file as it grows.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace exectrail::analyzer {

enum class SyncPolicy { kBatch, kSecond, kNever };

struct OutputSettings {
  std::string path;                             // empty: standard output
  std::uint64_t rotateBytes = 0;                // 0: whatever the size is
  std::chrono::nanoseconds rotateAge{0};        // since it was begun; 0: however old
  std::size_t keepFiles = 0;                    // of those that are finished; 0: all
  std::chrono::nanoseconds keepAge{0};          // since they were finished; 0: for ever
  bool unread = false;                          // go on if the reader of standard output goes
  SyncPolicy syncPolicy = SyncPolicy::kSecond;  // when alerts are brought to disk
};

// Parse what stands after options, into `settings`. Throw std::invalid_argument with a text for the
// person who typed it.
void parseOutputRotate(const std::string& text, OutputSettings& settings);  // "64M,1d"
void parseOutputRetain(const std::string& text, OutputSettings& settings);  // "count=14,age=30d"

}  // namespace exectrail::analyzer
