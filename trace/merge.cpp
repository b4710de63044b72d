#include "trace/merge.h"

#include <algorithm>
#include <queue>
#include <string>

#include "trace/errors.h"

namespace exectrail::trace {
namespace {

constexpr std::size_t kMostOrigins = 0xffff;

// A recording is known by its id; which boot it is of, too, in case ids were made up.
bool sameRecording(const Origin& a, const Origin& b) {
  return a.recordingId == b.recordingId && a.host.bootId == b.host.bootId;
}

Origin mainOrigin(const Header& header) {
  return {header.recordingId, header.host, header.clock, header.capture};
}

class Merger {
 public:
  Merger(std::vector<MergeInput>& inputs, ByteSink& sink, const WriterSettings& settings)
      : inputs_(inputs), header_(makeHeader()), writer_(sink, header_, settings) {}

  MergeReport run() {
    records_.resize(inputs_.size());
    for (std::size_t i = 0; i < inputs_.size(); ++i) advance(i);
    while (!waiting_.empty()) {
      const std::size_t input = waiting_.top().input;
      waiting_.pop();
      writer_.add(records_[input]);
      ++report_.records;
      advance(input);
    }
    report_.origins = header_.origins.size() + 1;
    report_.end = account();
    writer_.finish(report_.end);
    return report_;
  }

 private:
  struct Next {
    std::int64_t realtimeNs;
    std::size_t input;
    bool operator<(const Next& other) const {  // the queue gives its largest first
      return realtimeNs != other.realtimeNs ? realtimeNs > other.realtimeNs : input > other.input;
    }
  };

  Header makeHeader() {
    Header header = inputs_.front().reader->header();
    header.parents.clear();
    header.provenance.clear();
    header.origins.clear();
    header.segment = {};
    for (const MergeInput& input : inputs_) {
      const Header& from = input.reader->header();
      if (from.meaningVersion != header.meaningVersion) {
        throw EnvironmentError("the traces differ in the meaning of their fields (versions " +
                               std::to_string(header.meaningVersion) + " and " +
                               std::to_string(from.meaningVersion) + "); merge each kind alone");
      }
      header.parents.insert(header.parents.end(), from.parents.begin(), from.parents.end());
      header.parents.push_back(input.parent.parent);
      header.provenance.insert(header.provenance.end(), from.provenance.begin(),
                               from.provenance.end());
      if (!input.parent.problem.empty()) {
        header.provenance.push_back("what was merged from " + toString(from.recordingId) +
                                    " was not whole: " + input.parent.problem);
      }
      std::vector<std::uint16_t>& origins = originsOf_.emplace_back();
      origins.push_back(numberOf(header, mainOrigin(from)));
      for (const Origin& origin : from.origins) origins.push_back(numberOf(header, origin));
    }
    header.provenance.push_back("merged from " + std::to_string(inputs_.size()) +
                                " traces by exectrail-trace " + EXECTRAIL_VERSION);
    return header;
  }

  static std::uint16_t numberOf(Header& header, const Origin& origin) {
    if (sameRecording(mainOrigin(header), origin)) return 0;
    for (std::size_t i = 0; i < header.origins.size(); ++i) {
      if (sameRecording(header.origins[i], origin)) return static_cast<std::uint16_t>(i + 1);
    }
    if (header.origins.size() == kMostOrigins) {
      throw EnvironmentError("more than 65535 recordings cannot be merged into one trace");
    }
    header.origins.push_back(origin);
    return static_cast<std::uint16_t>(header.origins.size());
  }

  void advance(std::size_t input) {
    Record& record = records_[input];
    if (!nextIntact(*inputs_[input].reader, inputs_[input].parent, record)) return;
    const std::vector<std::uint16_t>& origins = originsOf_[input];
    record.origin = record.origin < origins.size() ? origins[record.origin] : origins[0];
    if (auto* heartbeat = std::get_if<Heartbeat>(&record.body)) {
      heartbeat->chainHead = {};  // of another trace than this one
    }
    waiting_.push({header_.clockOf(record).toRealtimeNs(record.timeNs), input});
  }

  End account() const {
    End sum;
    std::int64_t lastNs = 0;
    for (const MergeInput& input : inputs_) {
      if (!input.reader->end()) continue;
      const End& end = *input.reader->end();
      sum.execs += end.execs;
      sum.attempts += end.attempts;
      sum.attemptsNotKept += end.attemptsNotKept;
      sum.forks += end.forks;
      sum.exits += end.exits;
      sum.gaps += end.gaps;
      sum.lostEvents += end.lostEvents;
      sum.lateEvents += end.lateEvents;
      sum.undecodedEvents += end.undecodedEvents;
      sum.mappingsNotKept += end.mappingsNotKept;
      sum.unwrittenRecords += end.unwrittenRecords;
      lastNs = std::max(lastNs, input.reader->header().clock.toRealtimeNs(end.timeNs));
    }
    sum.timeNs =
        static_cast<std::uint64_t>(lastNs) - header_.clock.realtimeNs + header_.clock.monotonicNs;
    sum.reason = EndReason::kMerged;
    return sum;
  }

  std::vector<MergeInput>& inputs_;
  std::vector<std::vector<std::uint16_t>>
      originsOf_;  // by input: its origins' numbers in the merge
  Header header_;
  Writer writer_;
  std::vector<Record> records_;  // the next one of each input
  std::priority_queue<Next> waiting_;
  MergeReport report_;
};

}  // namespace

MergeReport merge(std::vector<MergeInput>& inputs, ByteSink& sink, const WriterSettings& settings) {
  return Merger(inputs, sink, settings).run();
}

}  // namespace exectrail::trace
