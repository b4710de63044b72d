#include "replay/traces/minimize.h"

#include <algorithm>
#include <map>
#include <set>

#include "replay/traces/delta.h"
#include "replay/verdict/analysis.h"
#include "trace/subtree.h"

namespace exectrail::replay {
namespace {

using analyzer::Alert;
using trace::Record;

// Records that may be judged in all: of a trace of a million, that is some thousand tries.
constexpr std::uint64_t kMostWork = 2'000'000'000;

bool sameReasons(const Alert& a, const Alert& b) {
  return std::equal(a.reasons.begin(), a.reasons.end(), b.reasons.begin(), b.reasons.end(),
                    [](const analyzer::Reason& x, const analyzer::Reason& y) {
                      return x.name == y.name && x.effect == y.effect && x.because == y.because &&
                             x.source == y.source;
                    });
}

bool sameLineage(const Alert& a, const Alert& b) {
  return a.lineageComplete == b.lineageComplete &&
         std::equal(a.lineage.begin(), a.lineage.end(), b.lineage.begin(), b.lineage.end(),
                    [](const analyzer::LineageEntry& x, const analyzer::LineageEntry& y) {
                      return x.image == y.image && x.executable == y.executable && x.edge == y.edge;
                    });
}

class Minimizer {
 public:
  Minimizer(const analyzer::Program& program, const LoadedTrace& trace, const Alert& alert,
            bool keepLineage)
      : program_(program), trace_(trace), alert_(alert), keepLineage_(keepLineage) {}

  Minimized run() {
    std::vector<Unit> units = processes();
    tryLineageAlone(units);
    units = smallestPart(units, [this](const auto& part) { return fires(recordsOf(part)); });
    std::vector<Unit> single;
    for (const Unit& unit : units) {
      for (const std::size_t index : unit) single.push_back({index});
    }
    single = smallestPart(single, [this](const auto& part) { return fires(recordsOf(part)); });
    result_.records = recordsOf(single);
    return std::move(result_);
  }

 private:
  using Unit = std::vector<std::size_t>;  // indices of records that go together

  // All records of a process together, each record of none by itself.
  std::vector<Unit> processes() const {
    std::vector<Unit> units;
    std::map<std::pair<std::uint16_t, trace::ProcessId>, std::size_t> places;
    const std::vector<Record>& records = trace_.records();
    for (std::size_t i = 0; i < records.size(); ++i) {
      const trace::ImageId* subject = trace::subjectOf(records[i]);
      if (subject == nullptr) {
        units.push_back({i});
        continue;
      }
      const auto [place, isNew] =
          places.try_emplace({records[i].origin, subject->process()}, units.size());
      if (isNew) units.emplace_back();
      units[place->second].push_back(i);
    }
    return units;
  }

  // Mostly the processes above are enough, and trying them first spares halving a large trace.
  void tryLineageAlone(std::vector<Unit>& units) {
    std::set<trace::ProcessId> wanted = {alert_.process.id.process()};
    for (const auto& entry : alert_.lineage) wanted.insert(entry.image.process());
    std::vector<Unit> part;
    for (const Unit& unit : units) {
      const trace::ImageId* subject = trace::subjectOf(trace_.records()[unit.front()]);
      if (subject == nullptr || wanted.contains(subject->process())) part.push_back(unit);
    }
    if (part.size() < units.size() && fires(recordsOf(part))) units = std::move(part);
  }

  std::vector<Record> recordsOf(const std::vector<Unit>& units) const {
    std::vector<std::size_t> indices;
    for (const Unit& unit : units) indices.insert(indices.end(), unit.begin(), unit.end());
    std::sort(indices.begin(), indices.end());
    std::vector<Record> records;
    records.reserve(indices.size());
    for (const std::size_t index : indices) records.push_back(trace_.records()[index]);
    return records;
  }

  bool fires(const std::vector<Record>& records) {
    if (work_ > kMostWork) {
      result_.minimal = false;
      return false;
    }
    work_ += records.size() + 1;
    ++result_.tried;
    const Analysis analysis = analyse(program_, trace_.header(), records);
    return std::any_of(analysis.alerts.begin(), analysis.alerts.end(),
                       [this](const Alert& each) { return identical(alert_, each, keepLineage_); });
  }

  const analyzer::Program& program_;
  const LoadedTrace& trace_;
  const Alert& alert_;
  const bool keepLineage_;
  std::uint64_t work_ = 0;
  Minimized result_;
};

}  // namespace

bool identical(const Alert& before, const Alert& after, bool lineage) {
  return before.id == after.id && before.suppressed == after.suppressed &&
         before.severity == after.severity && before.directoryClass == after.directoryClass &&
         before.exempted == after.exempted && before.filePath.value == after.filePath.value &&
         before.unknown == after.unknown && before.afterGap == after.afterGap &&
         before.gaps == after.gaps && sameReasons(before, after) &&
         (!lineage || sameLineage(before, after));
}

Minimized minimize(const analyzer::Program& program, const LoadedTrace& trace, const Alert& alert,
                   bool keepLineage) {
  return Minimizer(program, trace, alert, keepLineage).run();
}

}  // namespace exectrail::replay
