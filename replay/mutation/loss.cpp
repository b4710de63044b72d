#include "replay/mutation/loss.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "trace/subtree.h"

namespace exectrail::replay {
namespace {

using trace::EvidenceClass;
using trace::ProcessId;
using trace::Record;

constexpr std::size_t kMostLost = 8;           // events of one gap
constexpr std::uint64_t kTickNs = 10'000'000;  // of a start time in /proc/PID/stat
constexpr trace::Evidence kNotSeen{};          // class unknown

// What is lost: an event with all that any source tells of it, or its side-band from perf, without
// which an exec is known and the file that runs is not.
enum class Kind { kWhole, kSideBand };

// How a recorder learns of a process whose creation it has missed.
enum class Discovery {
  kNone,     // it records a command's subtree, to which the process then does not belong
  kReading,  // from /proc: start time to a tick, the creator
  kBlind,    // only that it is there
};

bool canBeLost(const Record& record) {
  return std::holds_alternative<trace::Fork>(record.body) ||
         std::holds_alternative<trace::Exec>(record.body) ||
         std::holds_alternative<trace::Attempt>(record.body) ||
         std::holds_alternative<trace::Exit>(record.body) ||
         std::holds_alternative<trace::Mapping>(record.body);
}

std::size_t below(Random& random, std::size_t limit) {
  return static_cast<std::size_t>(random() % limit);
}

// A gap: from where to where in the list of records, on which CPU, and what is lost.
struct Hole {
  std::set<std::size_t> lost;  // indices
  std::size_t place = 0;       // of the gap: before the record of this index
  trace::Gap gap;
  std::uint16_t cpu = trace::kCpuNotKnown;
};

std::optional<Hole> makeHole(const std::vector<Record>& records, const trace::Header& header,
                             Random& random) {
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (canBeLost(records[i])) candidates.push_back(i);
  }
  if (candidates.empty()) return std::nullopt;
  const std::size_t first = candidates[below(random, candidates.size())];
  const std::size_t wanted = 1 + below(random, kMostLost);
  Hole hole;
  hole.cpu = records[first].cpu;
  // A ring is that of one CPU: what others saw meanwhile is there.
  hole.gap.fromNs = header.clock.monotonicNs;
  for (std::size_t i = 0; i < first; ++i) {
    if (records[i].cpu == hole.cpu) hole.gap.fromNs = std::max(hole.gap.fromNs, records[i].timeNs);
  }
  hole.place = records.size();
  hole.gap.toNs = records.back().timeNs;
  for (std::size_t i = first; i < records.size(); ++i) {
    if (records[i].cpu != hole.cpu) continue;
    if (hole.lost.size() == wanted) {
      hole.place = i;
      hole.gap.toNs = records[i].timeNs;
      break;
    }
    if (canBeLost(records[i])) hole.lost.insert(i);
  }
  hole.gap.toNs = std::max(hole.gap.toNs, hole.gap.fromNs);
  hole.gap.lostEvents = random() % 4 == 0 ? 0 : hole.lost.size();  // a kernel need not say
  return hole;
}

template <typename T>
void forget(trace::Field<T>& field) {
  field = {T{}, kNotSeen};
}

// What remains of an exec without perf's side-band: what tracefs and /proc tell.
void loseSideBand(trace::Exec& exec) {
  trace::Image& image = exec.image;
  forget(image.executable);
  forget(image.identity);
  forget(image.file);
  forget(image.sha256);
  if (image.arguments.evidence.evidenceClass == EvidenceClass::kImage) {
    forget(image.arguments);
    forget(image.argumentShape);
  }
}

class Loser {
 public:
  Loser(Kind kind, Discovery discovery) : kind_(kind), discovery_(discovery) {}

  // False: it is not recorded. Changes what can be known of it otherwise.
  bool take(Record& record, bool lost) {
    if (lost && kind_ == Kind::kSideBand) return takeWithoutSideBand(record);
    if (lost) {
      lose(record);
      return false;
    }
    return std::visit([&](auto& body) { return keep(body); }, record.body);
  }

 private:
  struct Process {
    ProcessId known;  // as it is called after the loss
    std::uint32_t execsLost = 0;
    bool created = true;  // its creation was seen
  };

  bool takeWithoutSideBand(Record& record) {
    if (std::holds_alternative<trace::Mapping>(record.body)) return false;
    if (!std::visit([&](auto& body) { return keep(body); }, record.body)) return false;
    if (auto* exec = std::get_if<trace::Exec>(&record.body)) loseSideBand(*exec);
    return true;  // tracefs tells of the others too
  }

  void lose(const Record& record) {
    if (const auto* fork = std::get_if<trace::Fork>(&record.body)) {
      Process& child = of(fork->child.process());
      child.created = false;
      if (discovery_ == Discovery::kReading) child.known.startNs -= child.known.startNs % kTickNs;
      if (discovery_ == Discovery::kBlind) child.known.startNs = 0;
    } else if (const auto* exec = std::get_if<trace::Exec>(&record.body)) {
      ++of(exec->image.id.process()).execsLost;
    }
  }

  Process& of(const ProcessId& process) {
    return processes_.try_emplace(process, Process{process, 0, true}).first->second;
  }

  // Is anything of it recorded at all? And under which name.
  bool keep(trace::ImageId& id) {
    const Process& process = of(id.process());
    if (!process.created && discovery_ == Discovery::kNone) return false;
    rename(id);
    return true;
  }

  void rename(trace::ImageId& id) {
    const Process& process = of(id.process());
    id.tgid = process.known.tgid;
    id.startNs = process.known.startNs;
    id.execNumber -= std::min(id.execNumber, process.execsLost);
  }

  bool keepImage(trace::Image& image) {
    const Process& process = of(image.id.process());
    if (!keep(image.id)) return false;
    if (image.creator.known() && image.creator.value.edge == trace::CreatorEdge::kFork) {
      rename(image.creator.value.id);
    }
    if (process.created) return true;
    if (discovery_ == Discovery::kBlind) {
      forget(image.creator);
      image.startEvidence = {};
    } else {
      image.creator.evidence = {EvidenceClass::kProcfs};
      image.startEvidence = {EvidenceClass::kProcfs};
    }
    image.creator.evidence.afterGap = true;
    image.startEvidence.afterGap = true;
    return true;
  }

  bool keep(std::monostate&) { return true; }
  bool keep(trace::Snapshot& snapshot) { return keepImage(snapshot.image); }
  bool keep(trace::Exec& exec) { return keepImage(exec.image); }
  bool keep(trace::Attempt& attempt) { return keep(attempt.caller); }
  bool keep(trace::Exit& exit) { return keep(exit.image); }
  bool keep(trace::Mapping& mapping) { return keep(mapping.image); }
  bool keep(trace::AttemptTally& tally) { return keep(tally.caller); }
  bool keep(trace::FileHash& hash) { return keep(hash.image); }
  bool keep(trace::MountTable&) { return true; }
  bool keep(trace::Heartbeat&) { return true; }
  bool keep(trace::Gap&) { return true; }

  bool keep(trace::Fork& fork) {
    if (keep(fork.creator)) {
      rename(fork.child);
      return true;
    }
    of(fork.child.process()).created = false;  // nobody follows it either
    return false;
  }

  const Kind kind_;
  const Discovery discovery_;
  std::map<ProcessId, Process> processes_;
};

}  // namespace

Lossy withLoss(const std::vector<Record>& records, const trace::Header& header, Random& random) {
  Lossy result;
  const std::optional<Hole> hole = makeHole(records, header, random);
  const Kind kind = below(random, 3) == 0 ? Kind::kSideBand : Kind::kWhole;
  const auto discovery = static_cast<Discovery>(below(random, 3));
  Loser loser(kind, discovery);
  const auto addGap = [&] {
    Record record;
    record.timeNs = hole->gap.toNs;
    record.cpu = hole->cpu;
    record.body = hole->gap;
    std::get<trace::Gap>(record.body).source =
        kind == Kind::kSideBand ? trace::Source::kPerf : trace::Source::kTracefs;
    result.records.push_back(record);
    result.lost = hole->lost.size();
    result.knownNs = hole->gap.toNs;
  };
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (hole && i == hole->place) addGap();
    const bool lost = hole && hole->lost.contains(i);
    Record record = records[i];
    if (loser.take(record, lost)) {
      result.records.push_back(std::move(record));
    } else if (!lost) {
      ++result.vanished;
    }
  }
  if (hole && hole->place == records.size()) addGap();
  return result;
}

}  // namespace exectrail::replay
