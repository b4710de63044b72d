// The bytes of a trace, in order, from a mapped file, a stream or memory. Knows nothing of frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "trace/container/frame.h"
#include "trace/file_descriptor.h"

namespace exectrail::trace {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // The next `size` bytes, aligned to 8, fewer at the end of the data. They stay valid until they
  // are released. `size` must be a multiple of 8.
  virtual ByteSpan take(std::size_t size) = 0;

  // Bytes before `offset`, counted from the start of the data, are not needed any more.
  virtual void release(std::uint64_t offset) = 0;

  // True at the end of the data. May block on a stream.
  virtual bool atEnd() = 0;

  // Bytes that are there and have not been taken; 0 if they may have to be waited for: a stream.
  virtual std::uint64_t waiting() const = 0;

  // Goes on at `offset`. False if this source cannot: a stream.
  virtual bool seek(std::uint64_t offset) = 0;
};

// All throw EnvironmentError if reading fails; `name` is for messages. openFile() maps a regular
// file and reads anything else (a FIFO, a device) as a stream.
std::unique_ptr<ByteSource> openFile(const std::string& path);
std::unique_ptr<ByteSource> mapFile(FileDescriptor fd, const std::string& name);
std::unique_ptr<ByteSource> readStream(FileDescriptor fd, const std::string& name);

// A file that somebody is still writing to: where its bytes end, `more` is asked. It waits until
// there may be more of them and returns true, or returns false: this is the end. `inside`: bytes
// have been read that only make sense with those that follow.
using More = std::function<bool(bool inside)>;
std::unique_ptr<ByteSource> followFile(const std::string& path, More more);

std::unique_ptr<ByteSource> readBytes(ByteSpan bytes);

}  // namespace exectrail::trace
