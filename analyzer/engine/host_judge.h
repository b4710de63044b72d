// What is known of one host, and what recipes say of what happens there. A merged trace holds
// several: pids, images, mounts and counts of one mean nothing on another.
#pragma once

#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "analyzer/engine/candidates.h"
#include "analyzer/engine/engine.h"
#include "analyzer/engine/gaps.h"
#include "analyzer/engine/identity.h"
#include "analyzer/engine/judge.h"
#include "analyzer/engine/process_tree.h"
#include "analyzer/engine/suppression.h"

namespace exectrail::analyzer {

// What all hosts of a trace have in common.
struct OfTrace {
  const Program& program;
  const Baseline* baseline;
  AlertSink sink;
  Summary summary = {};
  Engine::Observer observer = {};
  ProfileClock clock = {};  // empty: nobody asks what recipes cost
  Profile profile = {};
  bool silent = false;       // nobody wants the alerts of now
  std::uint64_t judged = 0;  // executions, attempts and mappings so far
};

class HostJudge {
 public:
  // `own` is the header of the recording, null if it is that of the trace, `header`. There are
  // about `hosts` in the trace: the more, the less is remembered to save time.
  HostJudge(OfTrace& trace, const trace::Header& header, std::shared_ptr<const trace::Header> own,
            std::size_t hosts);
  ~HostJudge();
  HostJudge(const HostJudge&) = delete;
  HostJudge& operator=(const HostJudge&) = delete;

  void process(const trace::Record& record);
  void continueIn(const trace::Header& segment) { header_ = segment; }
  void finish();

  std::size_t processes() const { return tree_.processes(); }

  // Of std::visit.
  void operator()(const std::monostate& /*unknown*/) {}
  void operator()(const trace::Snapshot& snapshot) { tree_.snapshot(snapshot.image, timeNs_); }
  void operator()(const trace::Fork& fork) { tree_.fork(fork, timeNs_); }
  void operator()(const trace::Exit& exit) { tree_.exit(exit); }
  void operator()(const trace::Heartbeat& /*alive*/) {}
  void operator()(const trace::FileHash& /*hash*/) {}  // no recipe decides on these yet
  void operator()(const trace::MountTable& table) { mounts_.apply(table, timeNs_); }
  void operator()(const trace::Mapping& mapping);
  void operator()(const trace::AttemptTally& tally);
  void operator()(const trace::Exec& exec);
  void operator()(const trace::Attempt& attempt);
  void operator()(const trace::Gap& gap);

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  struct RunningRecipe;  // a recipe, with what it remembers

  void judgeAll(const Judged& judged);
  template <typename Ask>
  void ask(RunningRecipe& running, Ask what);
  void judgeOne(RunningRecipe& running, const Judged& judged, std::uint64_t weight);
  bool passes(RunningRecipe& running, const Judged& judged, const Verdict& verdict,
              const std::function<Alert()>& make);
  void remember(Alert&& alert);
  void advance();
  void give(const Alert& alert) const;
  void handOver(const Alert& alert) const;

  OfTrace& trace_;
  trace::Header header_;
  const std::shared_ptr<const trace::Header> own_;
  const AlertSink sink_;  // give()
  ProcessTree tree_;
  Mounts mounts_;
  TestMemo memo_;
  const World world_{&header_, &tree_, &mounts_, &memo_};
  Gaps gaps_;
  EntityIds ids_;
  std::vector<std::unique_ptr<RunningRecipe>> recipes_;  // by name
  std::vector<RunningRecipe*> sequences_;                // those that want to see all that runs
  std::vector<RunningRecipe*> suppressed_;
  bool counts_ = false;  // one of them counts
  static constexpr std::size_t kMostGiven = 256;
  std::deque<Alert> given_;  // the latest ones
  Candidates candidates_;
  std::uint64_t timeNs_ = 0;
  std::uint64_t nextExpiryNs_ = kNever;  // or earlier: of all suppressors
};

}  // namespace exectrail::analyzer
