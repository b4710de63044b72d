#include "recorder/sources/stack_completer.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {
namespace {

constexpr std::size_t kMostRanges = 8;

// As much of the ranges, in their order, as there is: bytes, or a negative errno.
ssize_t readRanges(std::int32_t tgid, std::span<const MemoryRange> ranges, std::byte* to) {
  std::array<iovec, kMostRanges> remote{};
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    // An address of the other process: nothing of ours to optimise.
    void* const from =
        reinterpret_cast<void*>(ranges[i].address);  // NOLINT(performance-no-int-to-ptr)
    remote[i] = {from, ranges[i].bytes};
    bytes += ranges[i].bytes;
  }
  const iovec local = {to, bytes};
  const ssize_t got = ::process_vm_readv(tgid, &local, 1, remote.data(), ranges.size(), 0);
  return got < 0 ? -errno : got;
}

}  // namespace

// One system call holds on to one address space: if the anchor in it is this image's, so are the
// strings.
std::uint16_t StackCompleter::read(std::int32_t tgid, const StackDump& dump,
                                   const std::vector<MemoryRange>& missing) {
  std::vector<MemoryRange> ranges = {stackAnchor(dump)};
  for (const MemoryRange& range : missing) {
    const bool had = std::any_of(parts_.begin(), parts_.end(),
                                 [&](const Part& part) { return part.range == range; });
    if (!had && ranges.size() < kMostRanges) ranges.push_back(range);
  }
  if (ranges.size() == 1) return 0;
  std::size_t wanted = 0;
  for (const MemoryRange& range : ranges) wanted += range.bytes;
  std::size_t offset = bytes_.size();
  bytes_.resize(offset + wanted);
  const ssize_t got = readRanges(tgid, ranges, bytes_.data() + offset);
  if (got < 0) return static_cast<std::uint16_t>(-got);
  auto left = static_cast<std::size_t>(got);
  const auto anchor = std::span(bytes_).subspan(offset, std::min(left, ranges[0].bytes));
  if (!isSameStack(dump, anchor)) return ESTALE;
  for (const MemoryRange& range : ranges) {
    const std::size_t held = std::min<std::size_t>(left, range.bytes);
    if (&range != &ranges.front()) parts_.push_back({range, offset, held});
    offset += held;
    left -= held;
  }
  return 0;
}

void StackCompleter::complete(std::int32_t tgid, const StackDump& dump,
                              std::vector<MemoryRange> missing, StackReading& reading) {
  bytes_.clear();
  parts_.clear();
  for (int round = 0; round < 2 && !missing.empty(); ++round) {
    const std::size_t before = parts_.size();
    StackMemory memory;
    memory.errorNumber = read(tgid, dump, missing);
    if (memory.errorNumber == 0 && parts_.size() == before) break;
    std::vector<MemoryPiece> pieces;
    for (const Part& part : parts_) {
      pieces.push_back({part.range.address, std::span(bytes_).subspan(part.offset, part.held)});
    }
    memory.pieces = pieces;
    reading = {};
    missing = decoder_.decode(dump, memory, reading);
    if (memory.errorNumber != 0) break;
  }
  reading.endNs = monotonicNowNs();
}

}  // namespace exectrail::recorder
