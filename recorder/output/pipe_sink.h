// Writes to a pipe or socket whose reader may stall for ever: waiting for it can be called off.
#pragma once

#include <string>

#include "trace/container/byte_sink.h"

namespace exectrail::recorder {

class PipeSink : public trace::ByteSink {
 public:
  // When `stopFd` becomes readable, write() gives up with an EnvironmentError. Both descriptors
  // stay the caller's; `name` is for messages.
  PipeSink(int fd, int stopFd, std::string name);

  void write(const std::byte* data, std::size_t size) override;

 private:
  void waitUntilWritable();

  int fd_;
  int stopFd_;
  std::string name_;
  bool socket_ = false;
};

}  // namespace exectrail::recorder
