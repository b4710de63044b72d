// The snapshot of /proc, and what events of the same moment change about it.
#include "recorder/proc/snapshot.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <thread>

namespace exectrail::recorder {
namespace {

TEST(Snapshot, AncestorsUpToTheTop) {
  const HostSnapshot snapshot = snapshotAncestors(::getpid());
  const auto self = snapshot.find(static_cast<std::uint32_t>(::getpid()));
  ASSERT_NE(self, snapshot.end());
  EXPECT_TRUE(snapshot.contains(static_cast<std::uint32_t>(::getppid())));
  std::size_t tops = 0;
  for (const auto& [tgid, process] : snapshot) {
    if (process.reading.parentPid.value == 0) ++tops;
  }
  EXPECT_EQ(tops, 1U);
}

TEST(Snapshot, TheHostWithItsThreads) {
  std::int32_t tid = 0;
  HostSnapshot snapshot;
  std::thread([&] {
    tid = ::gettid();
    snapshot = snapshotHost();
  }).join();
  const SnapshotProcess& self = snapshot.at(static_cast<std::uint32_t>(::getpid()));
  EXPECT_THAT(self.tids, testing::IsSupersetOf({::getpid(), tid}));
  EXPECT_GE(snapshot.size(), 2U);
}

HostSnapshot oneProcess(std::uint64_t readUntilNs) {
  HostSnapshot snapshot;
  SnapshotProcess process;
  process.tgid = 7;
  process.reading.endNs = readUntilNs;
  snapshot.emplace(7U, std::move(process));
  return snapshot;
}

TEST(Snapshot, AForkSeenMeanwhileKnowsBetter) {
  HostSnapshot snapshot = oneProcess(100);
  reconcile(snapshot, {{50, 0, ForkEvent{1, 7, "x"}}});
  EXPECT_TRUE(snapshot.empty());
  // A fork after the reading is of a later process with the same pid.
  snapshot = oneProcess(100);
  reconcile(snapshot, {{150, 0, ForkEvent{1, 7, "x"}}});
  EXPECT_EQ(snapshot.size(), 1U);
}

TEST(Snapshot, AnExecSeenMeanwhileMakesTheFactsDoubtful) {
  HostSnapshot snapshot = oneProcess(100);
  reconcile(snapshot, {{50, 0, ExecEvent{7, 7, "/x", nullptr}}});
  EXPECT_TRUE(snapshot.at(7).imageReplaced);
  snapshot = oneProcess(100);
  reconcile(snapshot, {{150, 0, ExecEvent{7, 7, "/x", nullptr}}});
  EXPECT_FALSE(snapshot.at(7).imageReplaced);
}

}  // namespace
}  // namespace exectrail::recorder
