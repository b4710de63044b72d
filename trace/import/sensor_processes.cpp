#include "trace/import/sensor_processes.h"

namespace exectrail::trace {
namespace {

constexpr std::uint32_t kInit = 1;

}  // namespace

SensorProcess& SensorProcesses::see(std::uint32_t pid, std::optional<std::uint32_t> parentPid,
                                    std::uint64_t timeNs) {
  const auto known = processes_.find(pid);
  if (known != processes_.end()) {
    SensorProcess& process = known->second;
    // An orphan's parent becomes init, or a subreaper, which looks like another process.
    const bool another =
        parentPid && process.parentPid && *parentPid != *process.parentPid && *parentPid != kInit;
    if (!another) {
      if (!process.parentPid) process.parentPid = parentPid;
      return process;
    }
    processes_.erase(known);
  }
  if (processes_.size() >= kMaxProcesses) {
    processes_.clear();
    ++overflows_;
  }
  SensorProcess& process = processes_[pid];
  process.image = {pid, 0, timeNs};
  process.parentPid = parentPid;
  return process;
}

}  // namespace exectrail::trace
