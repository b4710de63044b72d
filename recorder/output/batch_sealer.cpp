#include "recorder/output/batch_sealer.h"

#include <algorithm>
#include <utility>

namespace exectrail::recorder {
namespace {

// As trace::Writer: bounds the memory of readers. A run is bounded by its sink.
constexpr std::size_t kSealBytes = std::size_t{256} << 10;

struct Count {
  BatchCounts& counts;

  void operator()(const trace::Exec&) { ++counts.execs; }
  void operator()(const trace::Attempt&) { ++counts.attempts; }
  void operator()(const trace::AttemptTally& tally) { counts.attemptsNotKept += tally.count; }
  void operator()(const trace::Fork&) { ++counts.forks; }
  void operator()(const trace::Exit&) { ++counts.exits; }
  void operator()(const trace::Gap& gap) {
    ++counts.gaps;
    counts.lostEvents += gap.lostEvents;
  }
  template <typename Other>
  void operator()(const Other&) {}
};

}  // namespace

void BatchSealer::add(const trace::Record& record) {
  // Before the first record of a batch: on a quiet host it may be the only one for a long time.
  const std::uint64_t longestNs = sink_.longestRunNs();
  if (builder_.empty() && longestNs != 0 && record.timeNs >= runFirstNs_ + longestNs) {
    builder_.startRun();
  }
  builder_.add(record);
  ++batch_.counts.records;
  std::visit(Count{batch_.counts}, record.body);
  const bool first = batch_.counts.records == 1;
  batch_.firstNs = first ? record.timeNs : std::min(batch_.firstNs, record.timeNs);
  batch_.lastNs = std::max(batch_.lastNs, record.timeNs);
  if (builder_.approximateBytes() >= kSealBytes) flush();
}

void BatchSealer::flush() {
  if (builder_.empty()) return;
  batch_.fresh = builder_.fresh();
  batch_.content = std::make_shared<const std::vector<std::byte>>(builder_.seal());
  if (batch_.fresh) {
    runBytes_ = 0;
    runFirstNs_ = batch_.firstNs;
  }
  runBytes_ += batch_.content->size();
  sink_.put(std::exchange(batch_, {}));
  if (runBytes_ >= sink_.longestRunBytes()) builder_.startRun();
}

}  // namespace exectrail::recorder
