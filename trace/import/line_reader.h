// The lines of a log, from a descriptor or memory, with a bound on their length. Knows nothing of
// what is in them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/evidence.h"

namespace exectrail::trace {

class LineReader {
 public:
  static constexpr std::size_t kMaxLine = std::size_t{1} << 20;

  // The descriptor stays the caller's; `name` is for messages.
  LineReader(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  explicit LineReader(Bytes memory) : memory_(memory), ended_(true) {}

  enum class Got { kLine, kTooLong, kEnd };

  // The next line without its newline, valid until the next call. kTooLong: one was skipped.
  // Throws EnvironmentError if reading fails.
  Got next(Bytes& line);

 private:
  bool more();  // false: nothing follows

  int fd_ = -1;
  std::string name_;
  std::vector<char> buffer_;
  Bytes memory_;  // what has been read and not handed out
  bool ended_ = false;
};

}  // namespace exectrail::trace
