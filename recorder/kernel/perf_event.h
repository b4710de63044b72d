// Perf events of one CPU: the thin face of perf_event_open(2). Three kinds: a sample of each exec
// that succeeds, with a copy of the new image's stack; the side-band, what the kernel tells about
// all tasks without being sampled; and one that does nothing but wake the reader at each exec. All
// are counted by the kernel alone, no hardware counter is used.
//
// Functions return 0 or a positive errno.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "trace/file_descriptor.h"

namespace exectrail::recorder {

// What older kernels or other configurations do not have.
struct PerfFeatures {
  bool cgroup = true;     // CONFIG_CGROUP_PERF, Linux 5.7
  bool lostCount = true;  // PERF_FORMAT_LOST, Linux 6.0
};

struct PerfExecSettings {
  std::uint64_t tracepointId = 0;  // of sched:sched_process_exec
  std::uint32_t stackBytes = 0;    // a multiple of 8 below 64 KiB
};

class PerfEvent {
 public:
  // Opened stopped: see enable().
  // EACCES, EPERM  no right: CAP_PERFMON (CAP_SYS_ADMIN before 5.8) is missing and
  //                perf_event_paranoid above -1, or a security module forbids it
  // ENODEV         the CPU is offline
  // ENOENT         no such tracepoint: its number is not of this boot
  // EINVAL         this kernel does not know one of the features
  // EOPNOTSUPP, ENOSYS  no perf events, or no copies of user stacks on this architecture
  // EMFILE         too many descriptors
  int openExecSamples(int cpu, const PerfExecSettings& settings, const PerfFeatures& features);
  int openSideBand(int cpu, const PerfFeatures& features);

  // Becomes readable at each exec, unless paused: that takes an interrupt on the CPU of the exec.
  // Enabled before the samples, it comes after each.
  int openExecWaker(int cpu, const PerfExecSettings& settings);

  // Sends the records into the ring of `other`, which must be mapped. EINVAL: of another CPU.
  int setOutput(const PerfEvent& other);

  int enable();
  int disable();
  int pauseOutput(bool paused);

  struct Counts {
    std::uint64_t enabledNs = 0;        // stands still once the CPU has gone offline
    std::optional<std::uint64_t> lost;  // records that found no room, if this kernel counts them
  };

  // EIO: not what was asked for.
  int readCounts(Counts& counts) const;

  int descriptor() const { return fd_.get(); }

 private:
  FileDescriptor fd_;
  bool countsLost_ = false;
};

// The ring of a CPU, mapped. The kernel writes, we read and say how far we have got.
class PerfRing {
 public:
  PerfRing() = default;
  ~PerfRing();
  PerfRing(PerfRing&& other) noexcept;
  PerfRing& operator=(PerfRing&& other) noexcept;

  // `dataBytes` is rounded up to a power of two of pages.
  // EPERM   more memory than RLIMIT_MEMLOCK and perf_event_mlock_kb allow without CAP_IPC_LOCK
  // ENOMEM  no memory
  int map(const PerfEvent& event, std::uint64_t dataBytes);

  // The same, of the smallest size, for an event whose records nobody reads: the kernel writes over
  // them.
  int mapUnread(const PerfEvent& event);

  std::span<const std::byte> data() const { return data_; }
  std::uint64_t head() const;  // what has been written, with everything before it visible
  std::uint64_t tail() const { return tail_; }
  void release(std::uint64_t tail);  // the kernel may write over everything before

 private:
  int map(const PerfEvent& event, std::uint64_t dataBytes, int protection);
  void unmap();

  void* base_ = nullptr;
  std::size_t mappedBytes_ = 0;
  std::span<const std::byte> data_;
  std::uint64_t tail_ = 0;
};

}  // namespace exectrail::recorder
