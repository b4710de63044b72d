// What is judged in a cut is judged as in the whole trace: same alert, same severity, same reasons.
#include "trace/cut.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <utility>

#include "tests/analyzer/analysis.h"
#include "tests/support/traces.h"
#include "tests/support/tries.h"

namespace exectrail::test {
namespace {

// Processes that fork and exec at random, below a server or a shell, from good places and bad ones.
Records randomHost(std::uint32_t seed) {
  static const char* const kFiles[] = {"/usr/sbin/nginx", "/bin/sh",     "/usr/bin/make", "/tmp/x",
                                       "/dev/shm/y",      "/usr/bin/go", "/var/tmp/.z/w"};
  std::mt19937 random(seed);
  Records records = {snapshot("/sbin/init").pid(1, 0).top()};
  std::map<std::uint32_t, std::uint32_t> execNumber = {{1, 0}};
  std::map<std::uint32_t, trace::ImageId> creator;
  std::uint32_t nextPid = 2;
  for (std::uint64_t time = 1; time < 300; ++time) {
    auto process = execNumber.begin();
    std::advance(process, random() % execNumber.size());
    const auto [pid, number] = *process;
    const trace::ImageId current = image(pid, number);
    switch (random() % 5) {
      case 0:
        records.push_back(forked(current, nextPid).at(time));
        creator[nextPid] = current;
        execNumber[nextPid++] = 0;
        break;
      case 1:
      case 2:
        if (pid == 1) break;
        records.push_back(exec(kFiles[random() % std::size(kFiles)])
                              .pid(pid, ++execNumber[pid])
                              .by(creator[pid])
                              .user(random() % 2 == 0 ? 0 : 33)
                              .at(time));
        break;
      case 3:
        records.push_back(attempt(kFiles[random() % std::size(kFiles)], 13, current)
                              .number(static_cast<std::uint32_t>(time))
                              .at(time));
        break;
      default:
        if (pid == 1 || execNumber.size() < 4 || random() % 3 != 0) break;
        records.push_back(exited(current).at(time));
        execNumber.erase(process);
    }
  }
  return records;
}

using Judgement = std::map<std::string, std::string>;  // alert id -> what was judged

// Without what alerts of other executions have to do with it: how many of a kind there were before
// is another thing in a part than in the whole.
const analyzer::Program& withoutMemory() {
  static const auto program = [] {
    std::vector<analyzer::Recipe> recipes = shippedProgram().recipes();
    std::erase_if(recipes, [](const analyzer::Recipe& recipe) {
      return recipe.count || recipe.sequence || !recipe.firstSeen.empty();
    });
    for (analyzer::Recipe& recipe : recipes) recipe.suppression.reset();
    return analyzer::Program(std::move(recipes), "");
  }();
  return program;
}

Judgement judge(const std::string& trace) {
  Judgement judgement;
  for (const analyzer::Alert& alert : analyzeBytes(withoutMemory(), trace).alerts) {
    std::string text = std::to_string(static_cast<int>(alert.severity)) + alert.directoryClass;
    for (const std::string& reason : reasonNames(alert)) text += " " + reason;
    for (const auto& entry : alert.lineage) text += " " + entry.executable;
    judgement[alert.id] = text;
  }
  return judgement;
}

// Which image a judgement is about, and which of its failed attempts (0: itself).
using Subject = std::pair<trace::ImageId, std::uint32_t>;

std::map<std::string, Subject> subjects(const std::string& trace) {
  std::map<std::string, Subject> subjects;
  for (const analyzer::Alert& alert : analyzeBytes(withoutMemory(), trace).alerts) {
    subjects[alert.id] = {alert.process.id, alert.attemptNumber};
  }
  return subjects;
}

// The execs and failed attempts that a trace holds.
std::set<Subject> heldBy(const std::string& trace) {
  std::set<Subject> held;
  const auto reader = trace::openTraceBytes(trace, "trace");
  trace::Record record;
  while (reader->next(record)) {
    if (const auto* exec = std::get_if<trace::Exec>(&record.body)) held.insert({exec->image.id, 0});
    if (const auto* attempt = std::get_if<trace::Attempt>(&record.body)) {
      held.insert({attempt->caller, attempt->number});
    }
  }
  return held;
}

std::string cutOf(const std::string& whole, const trace::CutSelection& selection) {
  const auto source = trace::openTraceBytes(whole, "whole");
  MemorySink sink;
  trace::cut(*source, {}, selection, sink);
  return sink.bytes();
}

TEST(Cut, IsJudgedLikeTheWhole) {
  std::size_t alerts = 0;
  for (std::uint32_t seed = 0; seed < test::tries(15); ++seed) {
    const std::string whole = traceBytes(randomHost(seed), 20);
    const Judgement expected = judge(whole);
    const auto about = subjects(whole);
    std::vector<trace::CutSelection> selections(4);
    selections[0].pids = {2 + seed % 20};
    selections[1].executables = {"/bin/sh"};
    selections[2].fromNs = static_cast<std::int64_t>(header().clock.realtimeNs) + 150;
    selections[3].fromNs = static_cast<std::int64_t>(header().clock.realtimeNs) + 100;
    selections[3].toNs = static_cast<std::int64_t>(header().clock.realtimeNs) + 250;
    for (const trace::CutSelection& selection : selections) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + trace::describe(selection));
      const std::string part = cutOf(whole, selection);
      const std::set<Subject> held = heldBy(part);
      Judgement ofHeld;
      for (const auto& [id, judged] : expected) {
        if (held.contains(about.at(id))) ofHeld[id] = judged;
      }
      EXPECT_EQ(judge(part), ofHeld);
      alerts += ofHeld.size();
    }
    EXPECT_EQ(judge(cutOf(whole, {})), expected);
  }
  EXPECT_GT(alerts, 300U);
}

}  // namespace
}  // namespace exectrail::test
