#include "trace/cut.h"

#include <algorithm>
#include <utility>

#include "trace/lineage.h"
#include "trace/subtree.h"

namespace exectrail::trace {
namespace {

const Image* imageIn(const Record& record) {
  if (const auto* exec = std::get_if<Exec>(&record.body)) return &exec->image;
  if (const auto* snapshot = std::get_if<Snapshot>(&record.body)) return &snapshot->image;
  return nullptr;
}

class Cutter {
 public:
  Cutter(const Header& source, const CutSelection& selection, Writer& out)
      : source_(source), selection_(selection), out_(out) {}

  void take(const Record& record) {
    if (!selection_.everyProcess()) select(record);
    const bool kept = keeps(record);
    if (kept) {
      if (const ImageId* subject = subjectOf(record); subject != nullptr && needsLineage(record)) {
        restate({record.origin, subject->process()}, record);
      }
      write(record);
    }
    lineage_.learn(record, kept);
  }

  CutReport finish(const std::optional<End>& source) {
    const End counted = report_.end;
    if (source) report_.end = *source;
    report_.end.execs = counted.execs;
    report_.end.attempts = counted.attempts;
    report_.end.forks = counted.forks;
    report_.end.exits = counted.exits;
    report_.end.gaps = counted.gaps;
    report_.end.lostEvents = counted.lostEvents;
    report_.end.reason = EndReason::kCut;
    out_.finish(report_.end);
    return report_;
  }

 private:
  // Finds roots and follows what they start.
  void select(const Record& record) {
    subtree_.learn(record);
    if (const auto* fork = std::get_if<Fork>(&record.body)) selectByPid(record, fork->child);
    const ImageId* subject = subjectOf(record);
    if (subject == nullptr) return;
    selectByPid(record, *subject);
    const Image* image = imageIn(record);
    if (image == nullptr || !image->executable.known()) return;
    if (selection_.hasExecutable(image->executable.value)) {
      subtree_.add({record.origin, subject->process()});
    }
  }

  void selectByPid(const Record& record, const ImageId& image) {
    if (selection_.hasPid(image.tgid)) subtree_.add({record.origin, image.process()});
  }

  bool keeps(const Record& record) const {
    if (std::holds_alternative<std::monostate>(record.body)) return false;
    TimeSpan span = spanOf(record);
    // What is mounted is a state that lasts: earlier tables count later.
    if (std::holds_alternative<MountTable>(record.body)) span.toNs = ~0ULL >> 2;
    if (!selection_.inTime(source_.clockOf(record), span.fromNs, span.toNs)) return false;
    const ImageId* subject = subjectOf(record);
    if (subject == nullptr || selection_.everyProcess()) return true;
    return subtree_.contains({record.origin, subject->process()});
  }

  // An image of a snapshot states itself, and those above it come, or came, likewise.
  bool needsLineage(const Record& record) const {
    return !selection_.everyProcess() || !std::holds_alternative<Snapshot>(record.body);
  }

  void restate(const ProcessKey& process, const Record& because) {
    // Of a process whose first record this is, its creator is what is known.
    auto bodies = lineage_.unstated(process);
    if (bodies.empty()) {
      const Image* image = imageIn(because);
      if (image == nullptr || image->creator.value.edge != CreatorEdge::kFork) return;
      bodies = lineage_.unstated({process.origin, image->creator.value.id.process()});
    }
    Record record;
    record.timeNs = because.timeNs;
    record.origin = because.origin;
    for (RecordBody& body : bodies) {
      report_.end.forks += std::holds_alternative<Fork>(body) ? 1U : 0U;
      record.body = std::move(body);
      out_.add(record);
      ++report_.restated;
    }
  }

  void write(const Record& record) {
    ++report_.records;
    End& end = report_.end;
    if (const auto* gap = std::get_if<Gap>(&record.body)) {
      ++end.gaps;
      end.lostEvents += gap->lostEvents;
    } else if (const auto* heartbeat = std::get_if<Heartbeat>(&record.body)) {
      Record copy = record;  // its chain is the source's, not this trace's
      Heartbeat alive = *heartbeat;
      alive.chainHead = {};
      copy.body = alive;
      out_.add(copy);
      return;
    }
    end.execs += std::holds_alternative<Exec>(record.body) ? 1U : 0U;
    end.attempts += std::holds_alternative<Attempt>(record.body) ? 1U : 0U;
    end.forks += std::holds_alternative<Fork>(record.body) ? 1U : 0U;
    end.exits += std::holds_alternative<Exit>(record.body) ? 1U : 0U;
    out_.add(record);
  }

  const Header& source_;
  const CutSelection& selection_;
  Writer& out_;
  Subtree subtree_;
  LineageTracker lineage_;
  CutReport report_;
};

}  // namespace

CutReport cut(Reader& source, const CheckedParent& parent, const CutSelection& selection,
              ByteSink& sink, const WriterSettings& settings) {
  Header header = source.header();
  header.parents.push_back(parent.parent);
  header.segment = {};  // it is no part of that recording's sequence any more
  header.provenance.push_back("cut to " + describe(selection) + " by exectrail-trace " +
                              EXECTRAIL_VERSION);
  if (!parent.problem.empty()) {
    header.provenance.push_back("what it was cut from was not whole: " + parent.problem);
  }
  Writer writer(sink, header, settings);
  Cutter cutter(header, selection, writer);
  Record record;
  while (nextIntact(source, parent, record)) cutter.take(record);
  return cutter.finish(source.end());
}

}  // namespace exectrail::trace
