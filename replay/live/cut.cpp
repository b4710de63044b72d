#include "replay/live/cut.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::replay {
namespace {

using trace::ImageId;
using trace::ProcessId;

// Every trace of the corpus comes from this boot: entity ids, and with them the ids of alerts, then
// depend on the scenario alone. 16 bytes.
constexpr std::string_view kCorpusBootId = "exectrail-corpus";
constexpr std::string_view kScenarioFolder = "/scenario";  // in the sandbox
constexpr std::string_view kCorpusHost = "exectrail";

// Who created whom, from fork records and from what images say themselves: either may be missing.
class Family {
 public:
  void add(const ProcessId& child, const ProcessId& creator) { creators_.emplace(child, creator); }

  bool descends(ProcessId process, const ProcessId& ancestor) const {
    std::set<ProcessId> seen;  // damaged data may hold a circle
    while (process != ancestor) {
      const auto creator = creators_.find(process);
      if (creator == creators_.end() || !seen.insert(process).second) return false;
      process = creator->second;
    }
    return true;
  }

 private:
  std::map<ProcessId, ProcessId> creators_;
};

struct Plan {
  ImageId root;
  std::uint64_t rootTimeNs = 0;
  Family family;
  std::set<std::uint64_t> mountNamespaces;  // of what is kept
  trace::End rawEnd;

  bool keeps(const ProcessId& process) const { return family.descends(process, root.process()); }
};

[[noreturn]] void throwNoScenario(const std::string& why) {
  throw EnvironmentError("the recording cannot be cut to its scenario: " + why);
}

void learn(Family& family, const trace::Image& image) {
  if (!image.creator.known() || image.creator.value.edge != trace::CreatorEdge::kFork) return;
  family.add(image.id.process(), image.creator.value.id.process());
}

void learn(Family& family, const trace::RecordBody& body) {
  if (const auto* fork = std::get_if<trace::Fork>(&body)) {
    family.add(fork->child.process(), fork->creator.process());
  } else if (const auto* exec = std::get_if<trace::Exec>(&body)) {
    learn(family, exec->image);
  } else if (const auto* snapshot = std::get_if<trace::Snapshot>(&body)) {
    learn(family, snapshot->image);
  }
}

// The first pass: the family tree, and what may be the scenario's root.
struct Survey {
  struct Sighting {
    ImageId id;
    std::uint64_t timeNs;
    std::uint64_t mountNamespace;
  };

  std::vector<Sighting> execs;
  std::vector<Sighting> snapshots;

  void take(const trace::Record& record) {
    if (const auto* exec = std::get_if<trace::Exec>(&record.body)) {
      execs.push_back(seen(exec->image, record.timeNs));
    } else if (const auto* snapshot = std::get_if<trace::Snapshot>(&record.body)) {
      snapshots.push_back(seen(snapshot->image, record.timeNs));
    }
  }

  // The first exec of another process below the one that execed first: the recorder's COMMAND, the
  // sandbox.
  const Sighting& firstBelowSandbox(const Family& family) const {
    if (execs.empty()) throwNoScenario("it holds no exec");
    const ProcessId sandbox = execs.front().id.process();
    const auto root = std::find_if(execs.begin(), execs.end(), [&](const Sighting& exec) {
      return exec.id.process() != sandbox && family.descends(exec.id.process(), sandbox);
    });
    if (root == execs.end()) throwNoScenario("no exec of run.sh below the sandbox was recorded");
    return *root;
  }

  const Sighting& thatWasThere(const LateRoot& late) const {
    const auto root =
        std::find_if(snapshots.begin(), snapshots.end(),
                     [&](const Sighting& snapshot) { return snapshot.id.tgid == late.tgid; });
    if (root == snapshots.end()) throwNoScenario("run.sh is not among what was there before it");
    return *root;
  }

 private:
  static Sighting seen(const trace::Image& image, std::uint64_t timeNs) {
    return {image.id, timeNs, image.context->namespaces.value.mount};
  }
};

Plan makePlan(trace::Reader& reader, const std::optional<LateRoot>& late) {
  Plan plan;
  Survey survey;
  trace::Record record;
  while (reader.next(record)) {
    learn(plan.family, record.body);
    survey.take(record);
  }
  if (reader.state().completeness != trace::Completeness::kComplete || !reader.end()) {
    throwNoScenario("it is not complete (" + reader.state().problem + ")");
  }
  plan.rawEnd = *reader.end();
  const Survey::Sighting& root =
      late ? survey.thatWasThere(*late) : survey.firstBelowSandbox(plan.family);
  plan.root = root.id;
  plan.rootTimeNs = late ? 0 : root.timeNs;  // a snapshot's time is that of an older exec
  for (const auto* sightings : {&survey.execs, &survey.snapshots}) {
    for (const Survey::Sighting& each : *sightings) {
      if (each.mountNamespace == 0 || !plan.keeps(each.id.process())) continue;
      plan.mountNamespaces.insert(each.mountNamespace);
    }
  }
  return plan;
}

trace::Header anonymized(const trace::Header& raw, const std::string& scenario) {
  trace::Header header = raw;
  header.host.name = kCorpusHost;
  header.host.machineId.clear();
  header.host.users.clear();
  std::copy(kCorpusBootId.begin(), kCorpusBootId.end(), header.host.bootId.begin());
  header.capture.command.clear();
  header.provenance.push_back("cut to scenario " + scenario + " by exectrail-replay " +
                              EXECTRAIL_VERSION);
  return header;
}

class Cutter {
 public:
  Cutter(const Plan& plan, trace::Writer& writer) : plan_(plan), writer_(writer) {}

  void take(trace::Record& record) {
    if (std::visit([&](auto& body) { return keep(body, record.timeNs); }, record.body)) {
      writer_.add(record);
    }
  }

  CutReport finish() {
    trace::End& end = report_.end;
    end.timeNs = plan_.rawEnd.timeNs;
    end.attemptsNotKept = plan_.rawEnd.attemptsNotKept;
    end.lateEvents = plan_.rawEnd.lateEvents;
    end.undecodedEvents = plan_.rawEnd.undecodedEvents;
    end.reason = trace::EndReason::kCut;
    report_.root = plan_.root;
    writer_.finish(end);
    return report_;
  }

 private:
  bool keep(std::monostate&, std::uint64_t) { return false; }
  // There are some only if the scenario is older than the recording.
  bool keep(trace::Snapshot& snapshot, std::uint64_t) {
    if (!plan_.keeps(snapshot.image.id.process())) return false;
    markTop(snapshot.image);
    return true;
  }

  bool keep(trace::Fork& fork, std::uint64_t timeNs) {
    // The root process's own fork is above the cut, and so is what it did before its exec.
    if (timeNs < plan_.rootTimeNs || !plan_.keeps(fork.creator.process())) return false;
    ++report_.end.forks;
    return true;
  }

  bool keep(trace::Exec& exec, std::uint64_t timeNs) {
    if (timeNs < plan_.rootTimeNs || !plan_.keeps(exec.image.id.process())) return false;
    markTop(exec.image);
    if (!exec.image.executable.known()) {
      report_.unresolved.push_back(
          exec.typedPath.known() ? trace::escapeForTerminal(exec.typedPath.value) : "?");
    }
    ++report_.end.execs;
    return true;
  }

  bool keep(trace::Attempt& attempt, std::uint64_t timeNs) {
    if (timeNs < plan_.rootTimeNs || !plan_.keeps(attempt.caller.process())) return false;
    ++report_.end.attempts;
    return true;
  }

  bool keep(trace::Exit& exit, std::uint64_t timeNs) {
    if (timeNs < plan_.rootTimeNs || !plan_.keeps(exit.image.process())) return false;
    ++report_.end.exits;
    return true;
  }

  bool keep(trace::Mapping& mapping, std::uint64_t timeNs) {
    return timeNs >= plan_.rootTimeNs && plan_.keeps(mapping.image.process());
  }

  bool keep(trace::AttemptTally& tally, std::uint64_t) {
    return tally.toNs >= plan_.rootTimeNs && plan_.keeps(tally.caller.process());
  }

  // Of the sandbox; what else the host has mounted is its own business.
  bool keep(trace::MountTable& table, std::uint64_t) {
    // Where the corpus lies on this host is nobody's business.
    for (trace::Mount& mount : table.mounts) {
      if (mount.point == kScenarioFolder) mount.root = kScenarioFolder;
    }
    return plan_.mountNamespaces.contains(table.mountNamespace);
  }

  bool keep(trace::FileHash& hash, std::uint64_t timeNs) {
    return timeNs >= plan_.rootTimeNs && plan_.keeps(hash.image.process());
  }

  bool keep(trace::Heartbeat&, std::uint64_t) { return false; }

  bool keep(trace::Gap& gap, std::uint64_t) {
    if (gap.toNs < plan_.rootTimeNs) return false;
    ++report_.end.gaps;
    report_.end.lostEvents += gap.lostEvents;
    return true;
  }

  void markTop(trace::Image& image) const {
    if (image.id.process() != plan_.root.process()) return;
    image.creator = {trace::Creator{{}, trace::CreatorEdge::kTop}, trace::EvidenceClass::kExternal};
  }

  const Plan& plan_;
  trace::Writer& writer_;
  CutReport report_;
};

}  // namespace

CutReport cutToScenario(const TraceOpener& open, const std::string& scenario, trace::ByteSink& sink,
                        std::optional<LateRoot> late) {
  const Plan plan = makePlan(*open(), late);
  const std::unique_ptr<trace::Reader> reader = open();
  trace::Writer writer(sink, anonymized(reader->header(), scenario));
  Cutter cutter(plan, writer);
  trace::Record record;
  while (reader->next(record)) cutter.take(record);
  return cutter.finish();
}

}  // namespace exectrail::replay
