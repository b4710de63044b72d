// Bytes of a perf ring -> records, and a record -> what it says. Pure: sizes and lengths in the
// bytes are believed only within the bytes. Strings and spans point into them.
//
// Layouts are those of perf_event_open(2) for the events of kernel/perf_event.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "recorder/kernel/perf_event.h"

namespace exectrail::recorder {

struct PerfBytes {
  std::uint32_t type = 0;
  std::uint16_t misc = 0;
  std::span<const std::byte> body;  // what follows the header
};

// The records between two positions of a ring, whose size is a power of two.
class PerfRingReader {
 public:
  // One record can lie across the end of `data`: it is put together in `wrapped`, and stays there.
  PerfRingReader(std::span<const std::byte> data, std::uint64_t tail, std::uint64_t head,
                 std::vector<std::byte>& wrapped);

  // False at the end, or where the bytes make no sense.
  bool next(PerfBytes& record);

  bool damaged() const { return damaged_; }

 private:
  std::span<const std::byte> data_;
  std::uint64_t at_;
  std::uint64_t head_;
  std::vector<std::byte>& wrapped_;
  bool damaged_ = false;
};

// Who and when: of every record.
struct PerfStamp {
  std::int32_t tgid = 0;
  std::int32_t tid = 0;
  std::uint64_t timeNs = 0;
};

// The tracepoint's own bytes, and the stack of the task.
struct PerfExecSample {
  std::span<const std::byte> raw;
  bool hasStack = false;
  bool is32Bit = false;
  std::uint64_t stackPointer = 0;
  std::span<const std::byte> stack;  // to the first page that was not present
  std::optional<std::uint64_t> cgroupId;
};

struct PerfComm {
  std::int32_t tgid = 0;
  std::int32_t tid = 0;
  std::string_view comm;
  bool byExec = false;
};

struct PerfMapping {
  std::int32_t tgid = 0;
  std::int32_t tid = 0;
  std::uint64_t address = 0;
  std::uint64_t lengthBytes = 0;
  std::uint32_t deviceMajor = 0;
  std::uint32_t deviceMinor = 0;
  std::uint64_t inode = 0;
  std::uint64_t generation = 0;
  std::string_view path;  // "//anon", "[vdso]", "//toolong" where there is no file or no name
};

struct PerfFork {
  std::int32_t tgid = 0;
  std::int32_t tid = 0;
  std::int32_t creatorTid = 0;
};

struct PerfExit {
  std::int32_t tgid = 0;
  std::int32_t tid = 0;
};

struct PerfNamespaces {
  std::int32_t tgid = 0;
  std::int32_t tid = 0;
  // Inode numbers; 0: not told.
  std::uint64_t mount = 0;
  std::uint64_t uts = 0;
  std::uint64_t ipc = 0;
  std::uint64_t pid = 0;
  std::uint64_t user = 0;
  std::uint64_t net = 0;
  std::uint64_t cgroup = 0;
};

struct PerfCgroup {
  std::uint64_t id = 0;
  std::string_view path;
};

// Records that found no room in the ring since the last one that did.
struct PerfLost {
  std::uint64_t records = 0;
};

// The kernel has stopped sampling for a while, or goes on.
struct PerfThrottle {
  bool begins = false;
};

using PerfBody = std::variant<PerfExecSample, PerfComm, PerfMapping, PerfFork, PerfExit,
                              PerfNamespaces, PerfCgroup, PerfLost, PerfThrottle>;

struct PerfRecord {
  PerfStamp stamp;
  PerfBody body;
};

// Nothing for a kind that was not asked for and for one whose bytes are too few. `features` are
// those with which the events were opened.
std::optional<PerfRecord> decodePerfRecord(const PerfBytes& bytes, const PerfFeatures& features);

}  // namespace exectrail::recorder
