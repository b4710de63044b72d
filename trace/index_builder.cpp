#include "trace/index_builder.h"

#include <algorithm>
#include <utility>

#include "trace/message.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {
namespace {

// Bounds of an index, and so of the memory of writers and readers: 7 MB at the worst, a few hundred
// bytes a run in practice. What does not fit is said more generously.
constexpr std::size_t kMostRuns = 4096;
constexpr std::size_t kMostPidRanges = 64;     // of a run
constexpr std::size_t kMostOfRun = 256;        // executables
constexpr std::size_t kMostBytes = 1'000'000;  // of the names of executables

void widen(std::map<std::uint16_t, TimeSpan>& spans, std::uint16_t origin, TimeSpan span) {
  const auto [at, fresh] = spans.try_emplace(origin, span);
  if (fresh) return;
  at->second.fromNs = std::min(at->second.fromNs, span.fromNs);
  at->second.toNs = std::max(at->second.toNs, span.toNs);
}

// Sorted ranges become at most so many: those closest to each other are joined.
void coarsen(std::vector<PidRange>& ranges, std::size_t most) {
  std::vector<std::uint32_t> distances;
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    distances.push_back(ranges[i].first > ranges[i - 1].last ? ranges[i].first - ranges[i - 1].last
                                                             : 0);
  }
  std::uint32_t join = 1;  // ranges that touch
  if (ranges.size() > most) {
    const auto nth = distances.begin() + static_cast<std::ptrdiff_t>(ranges.size() - most - 1);
    std::nth_element(distances.begin(), nth, distances.end());
    join = std::max(join, *nth);
  }
  std::vector<PidRange> joined;
  for (const PidRange& range : ranges) {
    const bool close = !joined.empty() && (range.first <= joined.back().last ||
                                           range.first - joined.back().last <= join);
    if (close) {
      joined.back().last = std::max(joined.back().last, range.last);
    } else {
      joined.push_back(range);
    }
  }
  ranges = std::move(joined);
}

void sortRanges(std::vector<PidRange>& ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const PidRange& a, const PidRange& b) { return a.first < b.first; });
}

void limitExecutables(IndexedRun& run) {
  std::sort(run.executables.begin(), run.executables.end());
  run.executables.erase(std::unique(run.executables.begin(), run.executables.end()),
                        run.executables.end());
  if (run.executables.size() <= kMostOfRun && !run.everyExecutable) return;
  run.executables.clear();
  run.everyExecutable = true;
}

void join(IndexedRun& run, IndexedRun&& next) {
  run.lastFrame = next.lastFrame;
  run.records += next.records;
  run.gaps += next.gaps;
  for (const auto& [origin, span] : next.spans) widen(run.spans, origin, span);
  run.pids.insert(run.pids.end(), next.pids.begin(), next.pids.end());
  sortRanges(run.pids);
  coarsen(run.pids, kMostPidRanges);
  run.everyExecutable = run.everyExecutable || next.everyExecutable;
  run.executables.insert(run.executables.end(), next.executables.begin(), next.executables.end());
  limitExecutables(run);
}

TimeSpan spanOf(const schema::Record::Reader& record) {
  const std::uint64_t timeNs = record.getTimeNs();
  if (record.isGap()) {
    const std::uint64_t fromNs = std::min(timeNs, record.getGap().getFromNs());
    return {fromNs, std::max(fromNs, record.getGap().getToNs())};
  }
  if (record.isAttemptTally()) {
    const auto tally = record.getAttemptTally();
    return {std::min(timeNs, tally.getFromNs()), std::max(timeNs, tally.getToNs())};
  }
  return {timeNs, timeNs};
}

void scan(const schema::Record::Reader& record, RunFacts& facts) {
  ++facts.records;
  widen(facts.spans, record.getOrigin(), spanOf(record));
  if (record.isGap()) ++facts.gaps;
  // Records of nobody have process 0.
  facts.pids.insert(record.getImage().getTgid());
  if (record.isFork()) facts.pids.insert(record.getFork().getChildTgid());
}

}  // namespace

std::optional<RunFacts> RunScanner::add(ByteSpan content, std::uint64_t frame, bool fresh) {
  std::optional<RunFacts> before;
  if (fresh) before = finish();
  if (run_.firstFrame == 0) run_.firstFrame = frame;
  run_.lastFrame = frame;
  guarded([&] {
    capnp::FlatArrayMessageReader reader(asWords(content.data(), content.size()),
                                         readerOptions(content.size()));
    const auto batch = reader.getRoot<schema::Batch>();
    for (const auto text : batch.getStrings()) {
      strings_.emplace_back(reinterpret_cast<const char*>(text.begin()), text.size());
    }
    for (const auto file : batch.getFiles()) {
      const std::uint32_t at = file.getExecutable().getValue();
      if (at >= strings_.size()) throw BadMessage("a string that is not there");
      run_.executables.insert(strings_[at]);
    }
    for (const auto record : batch.getRecords()) scan(record, run_);
  });
  return before;
}

std::optional<RunFacts> RunScanner::finish() {
  strings_.clear();
  RunFacts run = std::exchange(run_, {});
  if (run.firstFrame == 0) return std::nullopt;
  return run;
}

void IndexBuilder::add(ByteSpan content, std::uint64_t frame, bool fresh) {
  if (!usable_) return;
  try {
    if (const auto run = scanner_.add(content, frame, fresh)) add(*run);
  } catch (const BadMessage&) {
    usable_ = false;
  }
}

void IndexBuilder::add(const RunFacts& facts) {
  IndexedRun run;
  run.firstFrame = facts.firstFrame;
  run.lastFrame = facts.lastFrame;
  run.records = facts.records;
  run.gaps = facts.gaps;
  run.spans = facts.spans;
  for (const std::uint32_t pid : facts.pids) run.pids.push_back({pid, pid});
  sortRanges(run.pids);
  coarsen(run.pids, kMostPidRanges);
  for (const std::string& path : facts.executables) {
    if (const auto at = executable(path)) {
      run.executables.push_back(*at);
    } else {
      run.everyExecutable = true;
    }
  }
  limitExecutables(run);
  index_.runs.push_back(std::move(run));
  if (index_.runs.size() > kMostRuns) halve();
}

std::optional<std::uint32_t> IndexBuilder::executable(const std::string& path) {
  if (const auto found = executableIndexes_.find(path); found != executableIndexes_.end()) {
    return found->second;
  }
  if (executableBytes_ + path.size() + sizeof(std::uint64_t) > kMostBytes) return std::nullopt;
  executableBytes_ += path.size() + sizeof(std::uint64_t);
  const auto at = static_cast<std::uint32_t>(index_.executables.size());
  index_.executables.push_back(path);
  executableIndexes_.emplace(path, at);
  return at;
}

void IndexBuilder::halve() {
  std::vector<IndexedRun> half;
  for (std::size_t i = 0; i < index_.runs.size(); ++i) {
    if (i % 2 == 0) {
      half.push_back(std::move(index_.runs[i]));
    } else {
      join(half.back(), std::move(index_.runs[i]));
    }
  }
  index_.runs = std::move(half);
}

std::optional<Index> IndexBuilder::finish() {
  if (const auto run = scanner_.finish(); run && usable_) add(*run);
  if (!usable_ || index_.runs.size() < 2) return std::nullopt;
  return std::move(index_);
}

std::string whyWrong(const Index& index, const RunFacts& facts) {
  const std::string frames =
      "frames " + std::to_string(facts.firstFrame) + " to " + std::to_string(facts.lastFrame);
  const IndexedRun* run = index.runOf(facts.firstFrame);
  if (run != index.runOf(facts.lastFrame)) return "it cuts " + frames + " in two";
  if (run == nullptr) return "";
  for (const auto& [origin, span] : facts.spans) {
    const auto found = run->spans.find(origin);
    if (found == run->spans.end() || span.fromNs < found->second.fromNs ||
        span.toNs > found->second.toNs) {
      return "it says another time of " + frames;
    }
  }
  if (facts.gaps > 0 && run->gaps == 0) return "it says that " + frames + " hold no gap";
  Record record;
  record.origin = facts.spans.empty() ? std::uint16_t{0} : facts.spans.begin()->first;
  record.timeNs = facts.spans.empty() ? 0 : facts.spans.begin()->second.fromNs;
  for (const std::uint32_t pid : facts.pids) {
    record.body = Exit{{pid, 0, 0}, {}};
    if (!index.allows(*run, record)) {
      return "it says that " + frames + " hold nothing of pid " + std::to_string(pid);
    }
  }
  for (const std::string& path : facts.executables) {
    const bool listed =
        run->everyExecutable ||
        std::any_of(run->executables.begin(), run->executables.end(),
                    [&](std::uint32_t at) { return index.executables[at] == path; });
    if (!listed) return "it says that " + frames + " hold no exec of " + path;
  }
  return "";
}

}  // namespace exectrail::trace
