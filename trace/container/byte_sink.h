// Where the bytes of a trace go: a file, a pipe, or what a test makes of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "trace/errors.h"

namespace exectrail::trace {

class ByteSink {
 public:
  virtual ~ByteSink() = default;

  // All of it, or EnvironmentError. What was written of it before that may or may not stay.
  virtual void write(const std::byte* data, std::size_t size) = 0;

  // What has been written survives a power cut. Where there is no such thing, nothing.
  virtual void sync() {}

  // What follows are the last few bytes: they may use what was set aside for them.
  virtual void closing() {}
};

// The disk, the quota or a limit on file sizes is exhausted. What was written before is whole.
class DiskFull : public EnvironmentError {
 public:
  using EnvironmentError::EnvironmentError;
};

// Thrown by FdSink when the reader of a pipe has gone: an end, not an error.
class ReaderGone : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A file, pipe or socket. The descriptor stays the caller's; `name` is for messages.
//
// In a regular file that is written from its end on, room is set aside ahead of what is written:
// when the disk is full, that is known before anything is written, and there is room left to say so
// in the trace. If a write fails half-way all the same, the half is taken back.
class FdSink : public ByteSink {
 public:
  FdSink(int fd, std::string name);
  ~FdSink() override;
  FdSink(const FdSink&) = delete;
  FdSink& operator=(const FdSink&) = delete;

  void write(const std::byte* data, std::size_t size) override;
  void sync() override;
  void closing() override { closing_ = true; }

 private:
  void setAside(std::size_t size);
  [[noreturn]] void fail(int errorNumber);

  int fd_;
  std::string name_;
  bool regular_ = false;  // and at its end
  bool closing_ = false;
  std::uint64_t size_ = 0;      // of a regular file
  std::uint64_t setAside_ = 0;  // up to where there is room, 0: not known
};

}  // namespace exectrail::trace
