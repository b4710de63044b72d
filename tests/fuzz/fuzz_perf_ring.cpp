// Any bytes at all as what stands in a perf ring, across its end as well: events or a loss, and
// stacks whose missing parts are few and bounded.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "recorder/kernel/event_formats.h"
#include "recorder/sources/perf_decoder.h"

namespace {

constexpr const char* kFormat = R"(name: sched_process_exec
ID: 365
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:__data_loc char[] filename;	offset:8;	size:4;	signed:0;
	field:pid_t pid;	offset:12;	size:4;	signed:1;
	field:pid_t old_pid;	offset:16;	size:4;	signed:1;

print fmt: "filename=%s pid=%d old_pid=%d", __get_str(filename), REC->pid, REC->old_pid
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exectrail::recorder;
  static const auto* formats = [] {
    auto* made = new EventFormats;
    if (!made->add("sched", kFormat)) abort();
    return made;
  }();
  if (size < 2) return 0;
  // The first byte says where in the ring the bytes begin, the second what the kernel offers.
  const std::uint64_t tail = std::uint64_t{data[0]} * 8;
  const PerfFeatures features = {(data[1] & 1) != 0, true};
  std::vector<std::byte> ring(std::bit_ceil(std::max<std::size_t>(size - 2, 8)));
  for (std::size_t i = 0; i + 2 < size; ++i) {
    ring[(tail + i) % ring.size()] = static_cast<std::byte>(data[i + 2]);
  }
  PerfDecoder decoder(*formats, features, {"PATH", "LD_PRELOAD"});
  PerfRingState state;
  std::vector<Event> events;
  std::vector<UnfinishedStack> unfinished;
  decoder.decode(ring, tail, tail + size - 2, state, events, unfinished);
  if (unfinished.size() > events.size()) abort();
  for (const UnfinishedStack& stack : unfinished) {
    std::uint64_t asked = 0;
    for (const MemoryRange& range : stack.missing) asked += range.bytes;
    if (stack.missing.empty() || stack.missing.size() > 6 || asked > (128U << 10)) abort();
  }
  return 0;
}
