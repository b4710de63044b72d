// Lineage as forks, execs, snapshots and losses build it, and what is let go of.
#include "analyzer/engine/process_tree.h"

#include <gtest/gtest.h>

#include "analyzer/engine/facts.h"
#include "tests/support/records.h"

namespace exectrail::analyzer {
namespace {

using test::image;

class ProcessTreeTest : public testing::Test {
 protected:
  Node add(const test::OwnedRecord& owned) {
    const trace::Record& record = owned.record;
    if (const auto* exec = std::get_if<trace::Exec>(&record.body)) {
      return tree_.exec(*exec, record.timeNs);
    }
    if (const auto* fork = std::get_if<trace::Fork>(&record.body)) {
      tree_.fork(*fork, record.timeNs);
      return tree_.find(fork->child);
    }
    if (const auto* exit = std::get_if<trace::Exit>(&record.body)) {
      tree_.exit(*exit);
      return nullptr;
    }
    const auto& snapshot = std::get<trace::Snapshot>(record.body);
    tree_.snapshot(snapshot.image, record.timeNs);
    return tree_.find(snapshot.image.id);
  }

  // "sh(2) < init(1)", and "..." if what stands above is not known.
  static std::string show(const Node& node) {
    const auto one = [](const ImageNode& of) {
      const Facts* facts = knownFacts(of);
      return (facts ? displayName(*facts) : "?") + "(" + std::to_string(of.id.tgid) + ")";
    };
    std::string text = one(*node);
    const Lineage lineage = lineageOf(*node);
    for (const ImageNode* above : lineage.above) text += " < " + one(*above);
    return lineage.complete ? text : text + " < ...";
  }

  ProcessTree tree_;
};

TEST_F(ProcessTreeTest, ForkAndExec) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  add(test::forked(image(1, 0), 2));
  const Node shell = add(test::exec("/bin/sh").pid(2));
  add(test::forked(image(2), 3));
  const Node program = add(test::exec("/tmp/x").pid(3));
  EXPECT_EQ(show(program), "x(3) < sh(2) < init(1)");
  EXPECT_EQ(parentOf(program).node, shell);
  EXPECT_TRUE(parentOf(tree_.find(image(1, 0))).top);
}

TEST_F(ProcessTreeTest, ExecOfTheShellItself) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  add(test::forked(image(1, 0), 2));
  add(test::exec("/bin/sh").pid(2));
  const Node program = add(test::exec("/tmp/x").pid(2, 2));
  EXPECT_EQ(show(program), "x(2) < sh(2) < init(1)");
  EXPECT_EQ(parentOf(program).node->id, image(1, 0));
  EXPECT_EQ(previousOf(*program)->id, image(2));
}

TEST_F(ProcessTreeTest, ForkWithoutExecIsACopyOfItsCreator) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  add(test::forked(image(1, 0), 2));
  add(test::exec("/bin/sh").pid(2).user(7));
  const Node copy = add(test::forked(image(2), 3));
  EXPECT_EQ(show(copy), "sh(3) < sh(2) < init(1)");
  const ImageFacts facts = factsOf(*copy);
  EXPECT_EQ(facts.id, image(3, 0));
  EXPECT_EQ(facts.executable.evidence.evidenceClass, trace::EvidenceClass::kKernel);
  EXPECT_EQ(facts.credentials.evidence.evidenceClass, trace::EvidenceClass::kInferred);
  // What the copy creates has the copy as its parent, and the shell once in its lineage.
  add(test::forked(image(3, 0), 4));
  const Node program = add(test::exec("/tmp/x").pid(4));
  EXPECT_EQ(show(program), "x(4) < sh(2) < init(1)");
  EXPECT_EQ(displayName(*knownFacts(*parentOf(program).node)), "sh");
}

TEST_F(ProcessTreeTest, SnapshotChildBeforeItsParent) {
  add(test::snapshot("/bin/sh").pid(2, 0).by(image(1, 0)));
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  EXPECT_EQ(show(tree_.find(image(2, 0))), "sh(2) < init(1)");
}

TEST_F(ProcessTreeTest, ForkBeforeTheSnapshotOfItsCreator) {
  const Node child = add(test::forked(image(2, 0), 3));
  add(test::snapshot("/bin/sh").pid(2, 0).top());
  EXPECT_EQ(show(child), "sh(3) < sh(2)");
}

TEST_F(ProcessTreeTest, UnknownProcessesStayOpen) {
  EXPECT_EQ(show(tree_.find(image(9))), "?(9) < ...");
  add(test::forked(image(5), 6));
  EXPECT_EQ(show(add(test::exec("/tmp/x").pid(6))), "x(6) < ?(5) < ...");
  // Its fork was lost, but the exec names the creator.
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  EXPECT_EQ(show(add(test::exec("/tmp/y").pid(7).by(image(1, 0)))), "y(7) < init(1)");
}

TEST_F(ProcessTreeTest, LostExecLeavesAHole) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  add(test::forked(image(1, 0), 2));
  add(test::exec("/bin/sh").pid(2, 1));
  const Node program = add(test::exec("/tmp/x").pid(2, 3));
  EXPECT_EQ(show(program), "x(2) < sh(2) < init(1) < ...");
  EXPECT_EQ(previousOf(*program), nullptr);
  EXPECT_EQ(show(add(test::exec("/tmp/y").pid(3, 2).by(image(1, 0)))), "y(3) < init(1) < ...");
}

TEST_F(ProcessTreeTest, LaterRecordsTellTheCreator) {
  auto unknown = test::snapshot("/bin/sh").pid(2, 0).by({});
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  trace::Snapshot without = std::get<trace::Snapshot>(unknown.record().body);
  without.image.creator = {};
  tree_.snapshot(without.image, 0);
  EXPECT_EQ(show(tree_.find(image(2, 0))), "sh(2) < ...");
  EXPECT_EQ(show(add(test::exec("/tmp/x").pid(2, 1).by(image(1, 0)))), "x(2) < sh(2) < init(1)");
}

TEST_F(ProcessTreeTest, DeadAncestorsLiveAsLongAsTheyAreNeeded) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  add(test::forked(image(1, 0), 2));
  const Node shell = add(test::exec("/bin/sh").pid(2));
  add(test::forked(image(2), 3));
  add(test::exited(image(2)));
  EXPECT_GT(shell->uses, 1U);
  EXPECT_EQ(show(add(test::exec("/tmp/x").pid(3))), "x(3) < sh(2) < init(1)");
  add(test::exited(image(3)));
  EXPECT_EQ(shell->uses, 1U) << "only this test still has it";
  EXPECT_EQ(tree_.processes(), 1U);
}

TEST_F(ProcessTreeTest, ExitOfAnEarlierProcessWithThePidIsIgnored) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  tree_.exit(trace::Exit{{1, 0, 5}, {}});
  EXPECT_EQ(tree_.processes(), 1U);
}

TEST_F(ProcessTreeTest, ReusedPidReplacesAProcessWhoseExitWasLost) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  add(test::forked(image(1, 0), 2));
  tree_.fork(trace::Fork{image(1, 0), {2, 0, 999'999}, {}}, 0);
  EXPECT_EQ(tree_.processes(), 2U);
  EXPECT_EQ(show(tree_.find({2, 0, 999'999})), "init(2) < init(1)");
}

TEST_F(ProcessTreeTest, EndlessExecsKeepABoundedChain) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  add(test::forked(image(1, 0), 2));
  const Node first = add(test::exec("/bin/sh").pid(2));
  Node last;
  for (std::uint32_t i = 2; i < 5000; ++i) last = add(test::exec("/bin/sh").pid(2, i));
  EXPECT_EQ(first->uses, 1U) << "only this test still has it";
  const Lineage lineage = lineageOf(*last);
  EXPECT_EQ(lineage.above.size(), ProcessTree::kMaxChain);
  EXPECT_FALSE(lineage.complete);
}

TEST_F(ProcessTreeTest, WhatWasCutStaysOpenForThoseForkedInBetween) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  add(test::forked(image(1, 0), 2));
  Node child;
  for (std::uint32_t i = 1; i < 400; ++i) {
    add(test::exec("/bin/sh").pid(2, i).by(image(1, 0)));
    if (i == 200) child = add(test::forked(image(2, i), 3));
  }
  EXPECT_LT(lineageOf(*child).above.size(), ProcessTree::kMaxChain);
  EXPECT_FALSE(lineageOf(*child).complete);
}

TEST_F(ProcessTreeTest, ForkChainsAreDestroyedWithoutRecursion) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  for (std::uint32_t pid = 2; pid < 300'000; ++pid) {
    tree_.fork(trace::Fork{image(pid - 1, 0), image(pid, 0), {}}, 0);
  }
  EXPECT_EQ(tree_.processes(), 299'999U);
}

TEST_F(ProcessTreeTest, ForkAndExitKeepsABoundedChain) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  Node early;
  for (std::uint32_t pid = 2; pid < 5000; ++pid) {
    const Node node = add(test::forked(image(pid - 1, 0), pid));
    if (pid == 10) early = node;
    if (pid > 2) add(test::exited(image(pid - 1, 0)));
  }
  EXPECT_EQ(tree_.processes(), 2U);
  EXPECT_EQ(early->uses, 1U) << "only this test still has it";
}

TEST_F(ProcessTreeTest, SnapshotsOfOneProcessReplaceEachOther) {
  add(test::snapshot("/sbin/init").pid(1, 0).top());
  const Node shell = add(test::snapshot("/bin/sh").pid(2, 1).by(image(1, 0)));
  const Node program = add(test::snapshot("/tmp/x").pid(2, 2).by(image(1, 0)));
  EXPECT_EQ(show(program), "x(2) < sh(2) < init(1)");
  EXPECT_EQ(previousOf(*program), shell.get());
  EXPECT_EQ(parentOf(program).node, tree_.find(image(1, 0)));
  // What the image of before had created finds it still.
  const Node child = add(test::snapshot("/bin/c").pid(3, 1).by(image(2, 1)));
  EXPECT_EQ(show(child), "c(3) < sh(2) < init(1)");
  const Node later = add(test::snapshot("/tmp/z").pid(2, 5).by(image(1, 0)));
  EXPECT_EQ(previousOf(*later), nullptr) << "images between them are not there";
}

TEST_F(ProcessTreeTest, CirclesInDamagedRecordsEnd) {
  add(test::snapshot("/a").pid(1, 0).by(image(2, 0)));
  add(test::snapshot("/b").pid(2, 0).by(image(3, 0)));
  add(test::snapshot("/c").pid(3, 0).by(image(1, 0)));
  add(test::snapshot("/d").pid(4, 0).by(image(4, 0)));
  EXPECT_EQ(show(tree_.find(image(1, 0))), "a(1) < b(2) < c(3) < ...");
  EXPECT_EQ(show(tree_.find(image(4, 0))), "d(4) < ...");
}

TEST(ProcessTreeLimit, MoreProcessesThanLinuxRunsAreForgottenAndCounted) {
  ProcessTree tree(100);
  for (std::uint32_t pid = 2; pid < 1002; ++pid) {
    tree.fork(trace::Fork{image(1, 0), image(pid, 0), {}}, 0);
    ASSERT_NE(tree.current(pid), nullptr) << "the newest is there";
  }
  EXPECT_EQ(tree.processes(), 100U);
  EXPECT_EQ(tree.evictions(), 900U);
}

TEST_F(ProcessTreeTest, ImagesNobodyNeedsAreNotRemembered) {
  for (std::uint32_t pid = 1; pid < 100'000; ++pid) tree_.find(image(pid));
  EXPECT_LE(tree_.awaited(), 2048U);
}

}  // namespace
}  // namespace exectrail::analyzer
