// A trace that begins in the middle: from its state and what follows, readers see the same
// processes with the same creators as from the whole trace. The analyzer's process tree is the
// judge.
#include "recorder/output/tree_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <set>

#include "analyzer/engine/facts.h"
#include "analyzer/engine/process_tree.h"
#include "tests/recorder/output/batches.h"

namespace exectrail::recorder {
namespace {

using analyzer::ProcessTree;
using test::exec;
using test::exited;
using test::forked;
using test::image;
using test::OwnedRecord;
using test::Records;
using test::snapshot;
using trace::EvidenceClass;

// The state as records of a batch of their own.
struct Emitted {
  explicit Emitted(const TreeState& state, std::uint64_t timeNs = 500) {
    state.emit(timeNs, [&](const trace::Record& record) { sealer.add(record); });
    sealer.flush();
    for (const SealedBatch& batch : sink.batches) {
      auto& own = batch.fresh ? tables.emplace_back() : tables.back();
      const auto view =
          trace::BatchView::open(batch.content->data(), batch.content->size(), batch.fresh, own);
      for (std::size_t i = 0; i < view.size(); ++i) view.decode(i, records.emplace_back());
    }
  }

  std::vector<const trace::Image*> images() const {
    std::vector<const trace::Image*> found;
    for (const trace::Record& record : records) {
      if (const auto* one = std::get_if<trace::Snapshot>(&record.body))
        found.push_back(&one->image);
    }
    return found;
  }
  const trace::Image* find(const trace::ImageId& id) const {
    for (const trace::Image* one : images()) {
      if (one->id == id) return one;
    }
    return nullptr;
  }
  std::vector<trace::ImageId> exits() const {
    std::vector<trace::ImageId> found;
    for (const trace::Record& record : records) {
      if (const auto* one = std::get_if<trace::Exit>(&record.body)) found.push_back(one->image);
    }
    return found;
  }

  test::CollectingSink sink;
  BatchSealer sealer{sink};
  std::deque<trace::ReadTables> tables;  // of each run
  std::vector<trace::Record> records;
};

void applyTo(TreeState& state, const Records& records) { state.apply(test::batchOf(records)); }

TEST(TreeState, HoldsWhatRunsAndNothingElse) {
  TreeState state;
  applyTo(state, {snapshot("/sbin/init").pid(1).top(), forked(image(1), 10),
                  exec("/bin/sh").pid(10).by(image(1)), forked(image(10), 11),
                  exec("/bin/true").pid(11).by(image(10)), exited(image(11))});
  const Emitted emitted(state);
  ASSERT_EQ(emitted.images().size(), 2U);
  EXPECT_EQ(emitted.find(image(1))->executable.value, "/sbin/init");
  EXPECT_EQ(emitted.find(image(10))->executable.value, "/bin/sh");
  EXPECT_EQ(emitted.find(image(10))->creator.value.id, image(1));
  EXPECT_TRUE(emitted.exits().empty());
  for (const trace::Record& record : emitted.records) EXPECT_EQ(record.timeNs, 500U);
}

TEST(TreeState, KeepsTheDeadThatTheLivingDescendFromAndSaysThatTheyEnded) {
  TreeState state;
  applyTo(state, {snapshot("/sbin/init").pid(1).top(), forked(image(1), 10),
                  exec("/bin/sh").pid(10).by(image(1)), forked(image(10), 11)});
  applyTo(state, {exec("/tmp/daemon").pid(11).by(image(10)), exited(image(10))});
  const Emitted emitted(state);
  EXPECT_NE(emitted.find(image(10)), nullptr);
  EXPECT_THAT(emitted.exits(), testing::ElementsAre(image(10)));
  applyTo(state, {exited(image(11))});
  EXPECT_EQ(state.images(), 1U) << "the last that needed it is gone";
}

TEST(TreeState, AnImageThatWasReplacedStaysForItsChildren) {
  TreeState state;
  applyTo(state, {snapshot("/bin/sh").pid(10).top(), forked(image(10), 11),
                  exec("/bin/sleep").pid(10, 2).top()});
  const Emitted emitted(state);
  EXPECT_EQ(emitted.find(image(10, 1))->executable.value, "/bin/sh");
  EXPECT_EQ(emitted.find(image(10, 2))->executable.value, "/bin/sleep");
  EXPECT_TRUE(emitted.exits().empty()) << "the process goes on";
}

TEST(TreeState, AForkedChildIsACopyOfItsCreatorsImage) {
  TreeState state;
  applyTo(state, {snapshot("/usr/sbin/sshd").pid(10).top().cwd("/"), forked(image(10), 11),
                  forked(image(11, 0), 12)});
  const Emitted emitted(state);
  const trace::Image* child = emitted.find(image(12, 0));
  ASSERT_NE(child, nullptr);
  EXPECT_EQ(child->executable.value, "/usr/sbin/sshd");
  EXPECT_EQ(child->executable.evidence.evidenceClass, EvidenceClass::kInferred);
  EXPECT_EQ(child->creator.value.id, image(11, 0));
  EXPECT_EQ(child->creator.evidence.evidenceClass, EvidenceClass::kKernel);
}

TEST(TreeState, WhatMayHaveChangedSinceIsInferred) {
  TreeState state;
  applyTo(state, {exec("/bin/sh").pid(10).top().cwd("/tmp").user(1000).comm("sh")});
  const Emitted emitted(state);
  const trace::Image* shell = emitted.find(image(10));
  EXPECT_EQ(shell->workingDirectory.value, "/tmp");
  EXPECT_EQ(shell->workingDirectory.evidence.evidenceClass, EvidenceClass::kInferred);
  EXPECT_EQ(shell->context->credentials.evidence.evidenceClass, EvidenceClass::kInferred);
  EXPECT_NE(shell->executable.evidence.evidenceClass, EvidenceClass::kInferred);
}

TEST(TreeState, ALostExitEndsWhenThePidIsUsedAgain) {
  TreeState state;
  trace::ImageId second = image(10);
  second.startNs += 77;
  applyTo(state, {snapshot("/bin/a").pid(10).top(), snapshot("/bin/init").pid(1).top()});
  Records again = {forked(image(1), 10)};
  std::get<trace::Fork>(again[0].record.body).child = {second.tgid, 0, second.startNs};
  applyTo(state, again);
  EXPECT_EQ(Emitted(state).find(image(10)), nullptr);
  EXPECT_EQ(state.images(), 2U);
}

TEST(TreeState, MemoryFollowsWhatIsAlive) {
  TreeState state;
  applyTo(state, {snapshot("/sbin/init").pid(1).top()});
  const std::size_t before = state.bytes();
  for (int i = 0; i < 500; ++i) {
    applyTo(state,
            {forked(image(1), 10), exec("/bin/true").pid(10).by(image(1)), exited(image(10))});
  }
  EXPECT_EQ(state.bytes(), before);
  EXPECT_EQ(state.images(), 1U);
}

// Each generation forks the next one and ends.
TEST(TreeState, AncestorsAreBounded) {
  TreeState state;
  applyTo(state, {snapshot("/bin/walk").pid(1).top()});
  std::uint32_t last = 1;
  while (last < 2 * TreeState::kMaxAncestors) {
    Records generations;
    for (int i = 0; i < 256; ++i, ++last) {
      const trace::ImageId before = image(last, last == 1 ? 1 : 0);
      generations.push_back(forked(before, last + 1));
      generations.push_back(exited(before));
    }
    applyTo(state, generations);
  }
  EXPECT_LE(state.images(), TreeState::kMaxAncestors + 1);
  EXPECT_GT(state.forgotten(), 0U);
  EXPECT_NE(Emitted(state).find(image(last, 0)), nullptr);
}

TEST(TreeState, MountsAreTheLastTableWithItsChanges) {
  const auto table = [](bool complete, std::vector<trace::Mount> mounts,
                        std::vector<std::uint32_t> removed) {
    OwnedRecord record;
    record.record.body = trace::MountTable{
        42, complete, {EvidenceClass::kProcfs}, std::move(mounts), std::move(removed)};
    return record;
  };
  const auto mount = [](std::uint32_t id, const char* point) {
    trace::Mount one;
    one.id = id;
    one.point = point;
    return one;
  };
  TreeState state;
  applyTo(state, {table(true, {mount(1, "/"), mount(2, "/tmp")}, {})});
  applyTo(state, {table(false, {mount(3, "/mnt"), mount(1, "/new")}, {2})});
  const Emitted emitted(state);
  ASSERT_EQ(emitted.records.size(), 1U);
  const auto& kept = std::get<trace::MountTable>(emitted.records[0].body);
  EXPECT_TRUE(kept.complete);
  EXPECT_EQ(kept.mountNamespace, 42U);
  ASSERT_EQ(kept.mounts.size(), 2U);
  EXPECT_EQ(kept.mounts[0].point, "/new");
  EXPECT_EQ(kept.mounts[1].point, "/mnt");
}

// ---- against the process tree of the analyzer

// Processes that fork, exec and end at random; pids are used again.
Records randomLife(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  struct Life {
    trace::ImageId id;
    trace::ImageId creator;
  };
  std::vector<Life> alive = {{image(1), {}}};
  Records records = {snapshot("/sbin/init").pid(1).top().at(1)};
  std::uint64_t now = 2;
  for (std::size_t i = 0; i < count; ++i, ++now) {
    const std::size_t who = random() % alive.size();
    const std::size_t what = random() % 3;
    if (what == 0 && alive.size() < 30) {
      std::uint32_t pid = 2;
      const auto taken = [&](const Life& one) { return one.id.tgid == pid; };
      while (std::any_of(alive.begin(), alive.end(), taken)) ++pid;
      Life child{{pid, 0, now}, alive[who].id};
      OwnedRecord record = forked(alive[who].id, pid).at(now);
      std::get<trace::Fork>(record.record.body).child = child.id;
      records.push_back(record);
      alive.push_back(child);
    } else if (what == 1 && who != 0) {
      Life& one = alive[who];
      ++one.id.execNumber;
      OwnedRecord record = exec("/bin/p" + std::to_string(random() % 9)).by(one.creator).at(now);
      std::get<trace::Exec>(record.record.body).image.id = one.id;
      records.push_back(record);
    } else if (what == 2 && who != 0) {
      OwnedRecord record = exited(alive[who].id).at(now);
      records.push_back(record);
      alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(who));
    }
  }
  return records;
}

// Feeds a tree as the engine does.
analyzer::Node feed(ProcessTree& tree, const trace::Record& record) {
  if (const auto* one = std::get_if<trace::Snapshot>(&record.body)) {
    tree.snapshot(one->image, record.timeNs);
  } else if (const auto* fork = std::get_if<trace::Fork>(&record.body)) {
    tree.fork(*fork, record.timeNs);
  } else if (const auto* exit = std::get_if<trace::Exit>(&record.body)) {
    tree.exit(*exit);
  } else if (const auto* ran = std::get_if<trace::Exec>(&record.body)) {
    return tree.exec(*ran, record.timeNs);
  }
  return nullptr;
}

// "pid:executable" of the image and all its creators.
std::vector<std::string> creators(const analyzer::Node& node) {
  std::vector<std::string> chain;
  for (analyzer::Node at = node; at; at = analyzer::parentOf(at).node) {
    const auto* facts = analyzer::knownFacts(*at);
    chain.push_back(std::to_string(at->id.tgid) + "." + std::to_string(at->id.execNumber) + ":" +
                    (facts != nullptr ? std::string(facts->executable().value) : "?"));
  }
  return chain;
}

TEST(TreeState, WhatFollowsHasTheSameCreatorsAsInTheWholeTrace) {
  std::size_t compared = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    const Records records = randomLife(seed, 300);
    std::mt19937 random(seed);
    const std::size_t cut = random() % records.size();
    TreeState state;
    for (std::size_t at = 0; at < cut;) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 20, cut - at);
      const auto begin = records.begin() + static_cast<std::ptrdiff_t>(at);
      applyTo(state, Records(begin, begin + static_cast<std::ptrdiff_t>(size)));
      at += size;
    }
    ProcessTree whole;
    ProcessTree window;
    for (std::size_t i = 0; i < cut; ++i) feed(whole, records[i].record);
    const Emitted emitted(state);
    for (const trace::Record& record : emitted.records) feed(window, record);
    for (std::size_t i = cut; i < records.size(); ++i) {
      const analyzer::Node expected = feed(whole, records[i].record);
      const analyzer::Node got = feed(window, records[i].record);
      if (!expected) continue;
      ASSERT_EQ(creators(got), creators(expected)) << "seed " << seed << ", record " << i;
      ++compared;
    }
    ASSERT_EQ(window.processes(), whole.processes()) << "seed " << seed;
  }
  EXPECT_GT(compared, 500U);
}

}  // namespace
}  // namespace exectrail::recorder
