// Frames one after the other, from a mapped file, a stream or memory. Checks marks, digests and
// order; knows nothing of what payloads mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "trace/evidence.h"
#include "trace/file_descriptor.h"
#include "trace/frame.h"

namespace exectrail::trace {

enum class FrameStatus {
  kFrame,      // header and payload are there and intact
  kEnd,        // no byte left
  kTruncated,  // the bytes stop inside a frame
  kDamaged,    // what is there is not an intact frame
};

class FrameSource {
 public:
  virtual ~FrameSource() = default;

  // The next `size` bytes, aligned to 8 and valid until the next call; fewer at the end of the
  // data. `size` must be a multiple of 8.
  virtual std::span<const std::byte> take(std::size_t size) = 0;

  // True at the end of the data. May block on a stream.
  virtual bool atEnd() = 0;
};

// `name` is for messages. Both throw EnvironmentError if reading fails.
std::unique_ptr<FrameSource> mapFile(FileDescriptor fd, const std::string& name);
std::unique_ptr<FrameSource> readStream(FileDescriptor fd, const std::string& name);
std::unique_ptr<FrameSource> readBytes(Bytes bytes);

// Takes one frame from `source`. `problem` says what is wrong unless the status is kFrame or kEnd.
FrameStatus readFrame(FrameSource& source, std::uint32_t expectedSequence, FrameHeader& header,
                      std::span<const std::byte>& payload, std::string& problem);

}  // namespace exectrail::trace
