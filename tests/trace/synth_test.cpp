// Synthetic traces are what they promise: the same for the same seed, whole, and possible.
#include "trace/synth/synth.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/support/traces.h"
#include "trace/container/verify.h"
#include "trace/reader.h"

namespace exectrail::test {
namespace {

using trace::Scene;

constexpr Scene kScenes[] = {Scene::kBuild, Scene::kWebhost, Scene::kCi, Scene::kShell,
                             Scene::kMixed};

std::string synthetic(const trace::SynthSettings& settings) {
  MemorySink sink;
  trace::Synth synth(settings);
  trace::Writer writer(sink, synth.header());
  trace::Record record;
  while (synth.next(record)) writer.add(record);
  writer.finish(synth.end());
  return sink.bytes();
}

TEST(Synth, TheSameSeedGivesTheSameBytesAndAnotherOneOthers) {
  for (const Scene scene : kScenes) {
    const std::string first = synthetic({7, 300, scene});
    EXPECT_TRUE(first == synthetic({7, 300, scene}));
    EXPECT_FALSE(first == synthetic({8, 300, scene}));
  }
  EXPECT_FALSE(synthetic({7, 300, Scene::kBuild}) == synthetic({7, 300, Scene::kCi}));
}

// What a process is allowed to do, checked record by record.
class Rules {
 public:
  void check(const trace::Record& record) {
    ASSERT_GE(record.timeNs, lastNs_);
    lastNs_ = record.timeNs;
    if (const auto* snapshot = std::get_if<trace::Snapshot>(&record.body)) {
      alive_[snapshot->image.id.tgid] = snapshot->image.id;
    } else if (const auto* fork = std::get_if<trace::Fork>(&record.body)) {
      expectCurrent(fork->creator);
      EXPECT_FALSE(alive_.contains(fork->child.tgid)) << "the pid is taken";
      EXPECT_EQ(fork->child.startNs, record.timeNs);
      EXPECT_EQ(fork->child.execNumber, 0U);
      alive_[fork->child.tgid] = fork->child;
    } else if (const auto* exec = std::get_if<trace::Exec>(&record.body)) {
      ++execs;
      trace::ImageId before = exec->image.id;
      ASSERT_GT(before.execNumber, 0U);
      --before.execNumber;
      expectCurrent(before);
      alive_[before.tgid] = exec->image.id;
      EXPECT_FALSE(exec->image.arguments.value.empty());
      EXPECT_TRUE(exec->image.executable.value.starts_with('/'));
      EXPECT_TRUE(exec->image.context->credentials.known());
      executables.insert(std::string(exec->image.executable.value));
      containers.insert(std::string(exec->image.context->containerId.value));
    } else if (const auto* attempt = std::get_if<trace::Attempt>(&record.body)) {
      ++attempts;
      expectCurrent(attempt->caller);
    } else if (const auto* exit = std::get_if<trace::Exit>(&record.body)) {
      expectCurrent(exit->image);
      alive_.erase(exit->image.tgid);
    }
  }

  std::size_t alive() const { return alive_.size(); }

  std::uint64_t execs = 0;
  std::uint64_t attempts = 0;
  std::set<std::string> executables;
  std::set<std::string> containers;

 private:
  void expectCurrent(const trace::ImageId& id) const {
    const auto found = alive_.find(id.tgid);
    ASSERT_NE(found, alive_.end()) << id.tgid;
    EXPECT_EQ(found->second, id);
  }

  std::map<std::uint32_t, trace::ImageId> alive_;
  std::uint64_t lastNs_ = 0;
};

TEST(Synth, EveryRecordIsPossibleAndTheAccountIsRight) {
  for (const Scene scene : kScenes) {
    SCOPED_TRACE(static_cast<int>(scene));
    const std::string bytes = synthetic({3, 5'000, scene});
    EXPECT_TRUE(trace::verify(trace::readBytes(std::as_bytes(std::span(bytes))), "t", {},
                              [](trace::ByteSpan) { return std::nullopt; })
                    .good(false));
    const auto reader = trace::openTraceBytes(bytes, "t");
    trace::Record record;
    Rules rules;
    while (reader->next(record)) {
      rules.check(record);
      if (testing::Test::HasFatalFailure()) return;
    }
    ASSERT_TRUE(reader->end());
    EXPECT_EQ(rules.execs, 5'000U);
    EXPECT_EQ(reader->end()->execs, 5'000U);
    EXPECT_EQ(reader->end()->attempts, rules.attempts);
    EXPECT_EQ(reader->end()->forks - reader->end()->exits, 0U) << "all have ended";
    EXPECT_EQ(rules.alive(), trace::kDaemons);
    EXPECT_GT(rules.executables.size(), 4U);
    if (scene == Scene::kCi) {
      EXPECT_GT(rules.containers.size(), 50U);
    }
    if (scene == Scene::kShell) {
      EXPECT_GT(rules.attempts, 500U);
    }
  }
}

TEST(Synth, NoExecsAtAll) {
  const std::string bytes = synthetic({1, 0, Scene::kMixed});
  const auto reader = trace::openTraceBytes(bytes, "t");
  trace::Record record;
  while (reader->next(record)) EXPECT_TRUE(std::holds_alternative<trace::Snapshot>(record.body));
  EXPECT_EQ(reader->state().completeness, trace::Completeness::kComplete);
}

}  // namespace
}  // namespace exectrail::test
