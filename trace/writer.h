// Writes a trace: header, batches, end. Each call to add() may seal a batch; flush() seals what is
// there. Crash states, in order: nothing, header, header and n intact batches (and perhaps a torn
// one), header, batches and end. Every one of them can be read.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "trace/batch.h"
#include "trace/frame.h"
#include "trace/metadata.h"

namespace exectrail::trace {

// Where bytes go. Throws EnvironmentError when they cannot be written.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void write(const std::byte* data, std::size_t size) = 0;
};

// A file, pipe or socket. The descriptor stays the caller's; `name` is for messages.
class FdSink : public ByteSink {
 public:
  FdSink(int fd, std::string name);
  void write(const std::byte* data, std::size_t size) override;

 private:
  int fd_;
  std::string name_;
};

// Thrown by FdSink when the reader of a pipe has gone: an end, not an error.
class ReaderGone : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Writer {
 public:
  // Writes the preamble and the header at once. `sink` must outlive the writer.
  Writer(ByteSink& sink, const Header& header);

  void add(const Record& record);
  void flush();                 // seals and writes what has been added
  void finish(const End& end);  // flushes and closes the trace; nothing may follow

  std::uint64_t bytesWritten() const { return bytesWritten_; }

 private:
  void writeFrame(FrameKind kind, const std::vector<std::byte>& payload);

  ByteSink& sink_;
  BatchBuilder batch_;
  std::uint32_t sequence_ = 0;
  std::uint64_t bytesWritten_ = 0;
};

}  // namespace exectrail::trace
