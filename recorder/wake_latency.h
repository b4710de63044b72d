// How deeply processors may sleep while the recorder runs: the kernel's PM QoS, which bounds how
// long one takes to wake (Documentation/admin-guide/pm, "PM Quality Of Service"). An idle host
// wakes its processors several times between an execution and its alert.
#pragma once

#include <cstdint>

#include "trace/file_descriptor.h"

namespace exectrail::recorder {

// Holds for the whole host, until it is destroyed or the process ends.
class WakeLatency {
 public:
  // 0: they do not sleep at all, but wait busily. Throws EnvironmentError.
  explicit WakeLatency(std::int32_t microseconds);

 private:
  FileDescriptor request_;
};

}  // namespace exectrail::recorder
