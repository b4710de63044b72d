#include "trace/import/line_reader.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "trace/errors.h"

namespace exectrail::trace {
namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10;

}  // namespace

bool LineReader::more() {
  if (ended_) return false;
  const std::size_t kept = memory_.size();
  if (buffer_.size() < kept + kChunk) {
    std::vector<char> larger(kept + 2 * kChunk);
    if (kept > 0) std::memcpy(larger.data(), memory_.data(), kept);
    buffer_.swap(larger);
  } else if (kept > 0) {
    std::memmove(buffer_.data(), memory_.data(), kept);
  }
  ssize_t got = 0;
  do {
    got = ::read(fd_, buffer_.data() + kept, kChunk);
  } while (got < 0 && errno == EINTR);
  if (got < 0) throwErrno(errno, "cannot read " + name_);
  ended_ = got == 0;
  memory_ = {buffer_.data(), kept + static_cast<std::size_t>(got)};
  return !ended_;
}

LineReader::Got LineReader::next(Bytes& line) {
  bool tooLong = false;
  std::size_t searched = 0;
  for (;;) {
    const std::size_t newline = memory_.find('\n', searched);
    if (newline != Bytes::npos) {
      line = memory_.substr(0, newline);
      memory_.remove_prefix(newline + 1);
      return tooLong || line.size() > kMaxLine ? Got::kTooLong : Got::kLine;
    }
    searched = memory_.size();
    if (searched > kMaxLine) {
      tooLong = true;
      memory_ = {};
      searched = 0;
    }
    if (more()) continue;
    line = memory_;
    memory_ = {};
    if (tooLong) return Got::kTooLong;
    return line.empty() ? Got::kEnd : Got::kLine;
  }
}

}  // namespace exectrail::trace
