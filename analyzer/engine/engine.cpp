#include "analyzer/engine/engine.h"

#include "analyzer/engine/alert_builder.h"
#include "analyzer/engine/gaps.h"
#include "analyzer/engine/judge.h"
#include "analyzer/engine/process_tree.h"

namespace exectrail::analyzer {

struct Engine::State {
  State(const Program& p, const trace::Header& h, AlertSink s)
      : program(p), header(h), sink(std::move(s)) {
    for (const Recipe& recipe : program.recipes()) summary.recipes[recipe.info->name];
  }

  void operator()(const std::monostate& /*unknown*/) {}
  void operator()(const trace::Snapshot& snapshot) { tree.snapshot(snapshot.image, timeNs); }
  void operator()(const trace::Fork& fork) { tree.fork(fork, timeNs); }
  void operator()(const trace::Exit& exit) { tree.exit(exit); }
  void operator()(const trace::Heartbeat& /*alive*/) {}

  // No recipe decides on these yet.
  void operator()(const trace::Mapping& /*mapping*/) {}
  void operator()(const trace::MountTable& /*table*/) {}
  void operator()(const trace::FileHash& /*hash*/) {}

  void operator()(const trace::AttemptTally& tally) { summary.attemptsNotKept += tally.count; }

  void operator()(const trace::Exec& exec) {
    ++summary.execs;
    judgeAll(Judged(tree.exec(exec, timeNs), timeNs));
  }

  void operator()(const trace::Attempt& attempt) {
    ++summary.attempts;
    judgeAll(Judged(tree.find(attempt.caller), attempt, timeNs));
  }

  void operator()(const trace::Gap& gap) {
    ++summary.gaps;
    summary.lostEvents += gap.lostEvents;
    gaps.add(gap);
  }

  void judgeAll(const Judged& judged) {
    for (const Recipe& recipe : program.recipes()) {
      const Verdict verdict = judge(recipe, judged, header.clock.toRealtimeNs(timeNs));
      if (verdict.kind == Verdict::Kind::kNothing) continue;
      RecipeCounts& counts = summary.recipes[recipe.info->name];
      if (verdict.kind == Verdict::Kind::kInconclusive) {
        ++counts.inconclusive;
        continue;
      }
      ++counts.alerts;
      ++summary.alertsBySeverity.at(static_cast<std::size_t>(verdict.severity));
      if (!verdict.exemption.empty()) ++counts.exempted[verdict.exemption];
      sink(buildAlert(recipe, verdict, judged, header, gaps));
    }
  }

  const Program& program;
  const trace::Header header;
  AlertSink sink;
  ProcessTree tree;
  Gaps gaps;
  Summary summary;
  std::uint64_t timeNs = 0;
};

Engine::Engine(const Program& program, const trace::Header& header, AlertSink sink)
    : state_(std::make_unique<State>(program, header, std::move(sink))) {}

Engine::~Engine() = default;

void Engine::process(const trace::Record& record) {
  state_->timeNs = record.timeNs;
  std::visit(*state_, record.body);
}

const Summary& Engine::summary() const { return state_->summary; }

}  // namespace exectrail::analyzer
