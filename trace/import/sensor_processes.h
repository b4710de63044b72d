// Which image a pid means, for logs that name processes by nothing else. A pid is taken as a new
// process after its exit, after the host's start, or when its parent changes to another one than
// init; everything else is the same process going on. A guess, and marked as one in the records.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "trace/record.h"

namespace exectrail::trace {

struct SensorProcess {
  ImageId image;  // the current one; its start is when the pid was first named
  std::optional<std::uint32_t> parentPid;
  Field<Creator> creator;
  std::uint32_t attempts = 0;  // of the current image
  bool described = false;      // a record of the trace says what the current image is
};

class SensorProcesses {
 public:
  // More processes than this, and all are forgotten: pids from a hostile log are free.
  static constexpr std::size_t kMaxProcesses = std::size_t{1} << 17;

  // The process, new or known. Valid until the next call.
  SensorProcess& see(std::uint32_t pid, std::optional<std::uint32_t> parentPid,
                     std::uint64_t timeNs);

  void exited(std::uint32_t pid) { processes_.erase(pid); }
  void forgetAll() { processes_.clear(); }
  std::uint64_t overflows() const { return overflows_; }

 private:
  std::unordered_map<std::uint32_t, SensorProcess> processes_;
  std::uint64_t overflows_ = 0;
};

}  // namespace exectrail::trace
