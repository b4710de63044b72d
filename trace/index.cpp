#include "trace/index.h"

#include <algorithm>

#include "trace/message.h"
#include "trace/schema.capnp.h"
#include "trace/subtree.h"

namespace exectrail::trace {
namespace {

bool holds(const std::vector<PidRange>& ranges, std::uint32_t pid) {
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), pid,
      [](std::uint32_t value, const PidRange& range) { return value < range.first; });
  return after != ranges.begin() && std::prev(after)->last >= pid;
}

void requireFew(std::size_t count, std::size_t messageSize) {
  if (count > messageSize / sizeof(std::uint32_t)) {
    throw BadMessage("a list longer than its message");
  }
}

void encodeRun(schema::IndexedRun::Builder out, const IndexedRun& run) {
  out.setFirstFrame(run.firstFrame);
  out.setLastFrame(run.lastFrame);
  out.setRecords(run.records);
  out.setGaps(run.gaps);
  auto spans = out.initSpans(static_cast<unsigned>(run.spans.size()));
  unsigned at = 0;
  for (const auto& [origin, span] : run.spans) {
    spans[at].setOrigin(origin);
    spans[at].setFromNs(span.fromNs);
    spans[at++].setToNs(span.toNs);
  }
  auto pids = out.initPids(static_cast<unsigned>(2 * run.pids.size()));
  for (unsigned i = 0; i < run.pids.size(); ++i) {
    pids.set(2 * i, run.pids[i].first);
    pids.set(2 * i + 1, run.pids[i].last);
  }
  auto executables = out.initExecutables(static_cast<unsigned>(run.executables.size()));
  for (unsigned i = 0; i < executables.size(); ++i) executables.set(i, run.executables[i]);
  out.setEveryExecutable(run.everyExecutable);
}

IndexedRun runFrom(schema::IndexedRun::Reader in, std::size_t executables, std::size_t size) {
  IndexedRun run;
  run.firstFrame = in.getFirstFrame();
  run.lastFrame = in.getLastFrame();
  run.records = in.getRecords();
  run.gaps = in.getGaps();
  if (run.lastFrame < run.firstFrame) throw BadMessage("a run that ends before it begins");
  requireFew(in.getSpans().size(), size);
  for (const auto span : in.getSpans()) {
    run.spans[span.getOrigin()] = {span.getFromNs(), span.getToNs()};
  }
  const auto pids = in.getPids();
  for (unsigned i = 0; i + 1 < pids.size(); i += 2) run.pids.push_back({pids[i], pids[i + 1]});
  const auto before = [](const PidRange& a, const PidRange& b) { return a.first < b.first; };
  if (!std::is_sorted(run.pids.begin(), run.pids.end(), before)) {
    throw BadMessage("processes that are not in order");
  }
  for (const std::uint32_t executable : in.getExecutables()) {
    if (executable >= executables) throw BadMessage("an executable that is not there");
    run.executables.push_back(executable);
  }
  if (!std::is_sorted(run.executables.begin(), run.executables.end())) {
    throw BadMessage("executables that are not in order");
  }
  run.everyExecutable = in.getEveryExecutable();
  return run;
}

}  // namespace

const IndexedRun* Index::runOf(std::uint64_t frame) const {
  const auto after = std::upper_bound(
      runs.begin(), runs.end(), frame,
      [](std::uint64_t value, const IndexedRun& run) { return value < run.firstFrame; });
  if (after == runs.begin() || std::prev(after)->lastFrame < frame) return nullptr;
  return &*std::prev(after);
}

bool Index::mayHold(const IndexedRun& run, const Selection& selection, const Header& header) const {
  const bool inTime = std::any_of(run.spans.begin(), run.spans.end(), [&](const auto& entry) {
    Record record;
    record.origin = entry.first;
    return selection.inTime(header.clockOf(record), entry.second.fromNs, entry.second.toNs);
  });
  if (!inTime) return false;
  if (run.gaps > 0) return true;
  const bool hasPid = selection.pids.empty() ||
                      std::any_of(selection.pids.begin(), selection.pids.end(),
                                  [&run](std::uint32_t pid) { return holds(run.pids, pid); });
  const bool hasExecutable =
      selection.executables.empty() || run.everyExecutable ||
      std::any_of(run.executables.begin(), run.executables.end(),
                  [&](std::uint32_t at) { return selection.hasExecutable(executables[at]); });
  return hasPid && hasExecutable;
}

bool Index::allows(const IndexedRun& run, const Record& record) const {
  const auto span = run.spans.find(record.origin);
  const TimeSpan time = spanOf(record);
  if (span == run.spans.end() || time.fromNs < span->second.fromNs ||
      time.toNs > span->second.toNs) {
    return false;
  }
  if (std::holds_alternative<Gap>(record.body)) return run.gaps > 0;
  const ImageId* subject = subjectOf(record);
  if (subject != nullptr && !holds(run.pids, subject->tgid)) return false;
  if (const auto* fork = std::get_if<Fork>(&record.body)) {
    return holds(run.pids, fork->child.tgid);
  }
  const Image* image = nullptr;
  if (const auto* exec = std::get_if<Exec>(&record.body)) image = &exec->image;
  if (const auto* snapshot = std::get_if<Snapshot>(&record.body)) image = &snapshot->image;
  if (image == nullptr || !image->executable.known() || run.everyExecutable) return true;
  return std::any_of(run.executables.begin(), run.executables.end(),
                     [&](std::uint32_t at) { return executables[at] == image->executable.value; });
}

std::vector<std::byte> encodeIndex(const Index& index) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<schema::Index>();
  auto executables = out.initExecutables(static_cast<unsigned>(index.executables.size()));
  for (unsigned i = 0; i < executables.size(); ++i) {
    const std::string& path = index.executables[i];
    executables.set(i, {reinterpret_cast<const kj::byte*>(path.data()), path.size()});
  }
  auto runs = out.initRuns(static_cast<unsigned>(index.runs.size()));
  for (unsigned i = 0; i < runs.size(); ++i) encodeRun(runs[i], index.runs[i]);
  return flatten(message);
}

Index decodeIndex(const std::byte* message, std::size_t size) {
  return guarded([&] {
    capnp::FlatArrayMessageReader reader(asWords(message, size), readerOptions(size));
    const auto in = reader.getRoot<schema::Index>();
    requireFew(in.getExecutables().size(), size);
    requireFew(in.getRuns().size(), size);
    Index index;
    for (const auto path : in.getExecutables()) {
      index.executables.emplace_back(reinterpret_cast<const char*>(path.begin()), path.size());
    }
    for (const auto run : in.getRuns()) {
      const bool first = index.runs.empty();
      index.runs.push_back(runFrom(run, index.executables.size(), size));
      if (!first && index.runs.back().firstFrame <= index.runs[index.runs.size() - 2].lastFrame) {
        throw BadMessage("runs that are not in order");
      }
    }
    return index;
  });
}

}  // namespace exectrail::trace
