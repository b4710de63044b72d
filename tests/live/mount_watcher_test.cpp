// Mount tables of real mount namespaces, made for the test and gone with it. Needs root.
#include "recorder/proc/mount_watcher.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include "recorder/proc/file_facts.h"
#include "recorder/proc/process_reader.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

using testing::Contains;
using testing::Key;
using testing::Not;

constexpr int kMostWaitMs = 20'000;

// What a reader of the trace would know: the tables after all records so far.
struct Told {
  struct Table {
    std::map<std::uint32_t, MountLine> mounts;
    std::map<std::string, std::string> optionsByPoint() const {
      std::map<std::string, std::string> points;
      for (const auto& [id, mount] : mounts) points[mount.point] = mount.options;
      return points;
    }
  };

  void take(const trace::MountTable& record) {
    ++records;
    EXPECT_EQ(record.evidence.evidenceClass, trace::EvidenceClass::kProcfs);
    EXPECT_LE(record.mounts.size(), MountWatcher::kMountsPerRecord);
    Table& table = tables[record.mountNamespace];
    if (record.complete) table.mounts.clear();
    for (const std::uint32_t id : record.removedIds) table.mounts.erase(id);
    for (const trace::Mount& mount : record.mounts) {
      MountLine line;
      line.id = mount.id;
      line.point = mount.point;
      line.options = mount.options;
      table.mounts[mount.id] = line;
    }
  }

  std::map<std::uint64_t, Table> tables;
  std::size_t records = 0;
};

std::uint64_t mountNamespaceOf(pid_t pid) {
  struct stat facts {};
  EXPECT_EQ(::stat(("/proc/" + std::to_string(pid) + "/ns/mnt").c_str(), &facts), 0);
  return facts.st_ino;
}

std::size_t openDescriptors() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

class MountsLive : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      std::cout << "skipped: mounting needs root" << std::endl;
      GTEST_SKIP();
    }
    std::string name = testing::TempDir() + "exectrail-mounts-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  // In a process of its own, with a mount namespace of its own.
  template <typename Body>
  void apart(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
      enterNamespace();
      body();
      std::cout.flush();
      ::_exit(HasFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }

  static void enterNamespace() {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      std::abort();
    }
  }

  // A process that waits in a mount namespace: one of its own, or that of process `of`.
  static pid_t startInNamespace(pid_t of = 0) {
    int ready[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ready, O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (of == 0) {
        enterNamespace();
      } else {
        const int space = ::open(("/proc/" + std::to_string(of) + "/ns/mnt").c_str(), O_RDONLY);
        if (::setns(space, CLONE_NEWNS) != 0) ::_exit(1);
        ::close(space);
      }
      if (::write(ready[1], "x", 1) != 1) ::_exit(1);
      while (true) ::pause();
    }
    ::close(ready[1]);
    char byte = 0;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    ::close(ready[0]);
    return child;
  }

  // Mounts something on `point` in the mount namespace of process `of`.
  static void mountIn(pid_t of, const std::string& point) {
    const pid_t child = ::fork();
    if (child == 0) {
      const int space = ::open(("/proc/" + std::to_string(of) + "/ns/mnt").c_str(), O_RDONLY);
      const bool done = ::setns(space, CLONE_NEWNS) == 0 &&
                        ::mount("over there", point.c_str(), "tmpfs", 0, "size=4k") == 0;
      ::_exit(done ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }

  static void end(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  // As the recorder's loop does: waits for the descriptor or the time that is due.
  static void stepUntil(MountWatcher& watcher, const std::function<bool()>& enough) {
    const std::uint64_t endNs = monotonicNowNs() + std::uint64_t{kMostWaitMs} * 1'000'000;
    while (!enough()) {
      const std::uint64_t nowNs = monotonicNowNs();
      ASSERT_LT(nowNs, endNs) << "what was waited for did not come";
      const std::uint64_t dueNs = watcher.dueNs();
      pollfd polled = {watcher.descriptor(), POLLIN, 0};
      ::poll(&polled, 1, dueNs == MountWatcher::kNever ? 1000 : dueNs > nowNs ? 1 : 0);
      watcher.step(monotonicNowNs());
    }
  }

  void mountAt(const std::string& name, unsigned long flags = 0) const {
    const std::string point = folder_ + "/" + name;
    std::filesystem::create_directory(point);
    ASSERT_EQ(::mount("made for a test", point.c_str(), "tmpfs", flags, "size=4k"), 0);
  }

  std::string folder_;
};

TEST_F(MountsLive, OwnNamespaceAndItsChanges) {
  apart([this] {
    Told told;
    MountWatcher watcher([&told](const trace::MountTable& table) { told.take(table); });
    watcher.start(monotonicNowNs());
    Told::Table& own = told.tables[mountNamespaceOf(::getpid())];
    EXPECT_THAT(own.optionsByPoint(), Contains(Key("/proc")));
    const std::string point = folder_ + "/a b\n\\040";

    mountAt("a b\n\\040", MS_NOEXEC);
    stepUntil(watcher, [&] { return own.optionsByPoint().contains(point); });
    EXPECT_NE(own.optionsByPoint()[point].find("noexec"), std::string::npos);

    ASSERT_EQ(::mount(nullptr, point.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr),
              0);
    stepUntil(watcher, [&] { return own.optionsByPoint()[point].starts_with("ro"); });
    EXPECT_EQ(own.optionsByPoint()[point].find("noexec"), std::string::npos);

    ASSERT_EQ(::umount(point.c_str()), 0);
    stepUntil(watcher, [&] { return !own.optionsByPoint().contains(point); });
    EXPECT_EQ(watcher.counts().badLines, 0U);
    EXPECT_EQ(watcher.dueNs(), MountWatcher::kNever);
    pollfd polled = {watcher.descriptor(), POLLIN, 0};
    EXPECT_EQ(::poll(&polled, 1, 0), 0) << "quiet when nothing changes";
  });
}

TEST_F(MountsLive, AStormBecomesFewRecords) {
  apart([this] {
    Told told;
    MountWatcher watcher([&told](const trace::MountTable& table) { told.take(table); });
    watcher.start(monotonicNowNs());
    Told::Table& own = told.tables[mountNamespaceOf(::getpid())];
    const std::size_t before = told.records;
    const std::string point = folder_ + "/storm";
    const std::uint64_t beginNs = monotonicNowNs();
    std::uint64_t wakeups = 0;
    int mounts = 0;
    while (monotonicNowNs() - beginNs < 1'000'000'000) {
      mountAt("storm");
      ASSERT_EQ(::umount(point.c_str()), 0);
      ++mounts;
      pollfd polled = {watcher.descriptor(), POLLIN, 0};
      if (::poll(&polled, 1, 0) == 1) {
        ++wakeups;
        watcher.step(monotonicNowNs());
      } else if (monotonicNowNs() >= watcher.dueNs()) {
        watcher.step(monotonicNowNs());
      }
    }
    mountAt("after");
    stepUntil(watcher, [&] { return own.optionsByPoint().contains(folder_ + "/after"); });
    const std::uint64_t pauses = (monotonicNowNs() - beginNs) / MountWatcher::kPauseNs;
    std::cout << mounts << " mounts, " << told.records - before << " records, " << wakeups
              << " wakeups\n";
    const std::uint64_t most = MountWatcher::kChangesAtOnce + pauses + 2;
    EXPECT_LE(told.records - before, most);
    EXPECT_LE(wakeups, most);
    EXPECT_GT(static_cast<std::uint64_t>(mounts), 2 * most);
    EXPECT_THAT(own.optionsByPoint(), Not(Contains(Key(point))));
  });
}

TEST_F(MountsLive, AnotherNamespaceIsWatchedWhileItsProcessLives) {
  apart([this] {
    Told told;
    MountWatcher watcher([&told](const trace::MountTable& table) { told.take(table); });
    watcher.start(monotonicNowNs());
    const std::size_t descriptors = openDescriptors();
    const pid_t child = startInNamespace();
    const std::uint64_t inode = mountNamespaceOf(child);
    const std::size_t before = told.records;
    watcher.seen(inode, child, monotonicNowNs());
    EXPECT_EQ(told.records, before + 1);
    EXPECT_THAT(told.tables[inode].optionsByPoint(), Contains(Key("/proc")));
    watcher.seen(inode, child, monotonicNowNs());
    EXPECT_EQ(told.records, before + 1) << "told once";

    mountIn(child, folder_);
    stepUntil(watcher, [&] { return told.tables[inode].optionsByPoint().contains(folder_); });
    EXPECT_THAT(told.tables[mountNamespaceOf(::getpid())].optionsByPoint(),
                Not(Contains(Key(folder_))));

    end(child);
    stepUntil(watcher, [&] { return openDescriptors() == descriptors; });
  });
}

TEST_F(MountsLive, WhatHasChangedWhileNobodyWatchedIsToldLater) {
  apart([this] {
    Told told;
    MountWatcher watcher([&told](const trace::MountTable& table) { told.take(table); });
    watcher.start(monotonicNowNs());
    const std::size_t descriptors = openDescriptors();
    const pid_t first = startInNamespace();
    const pid_t second = startInNamespace(first);
    const std::uint64_t inode = mountNamespaceOf(first);
    watcher.seen(inode, first, monotonicNowNs());
    end(first);
    stepUntil(watcher, [&] { return openDescriptors() == descriptors; });
    mountIn(second, folder_);
    watcher.step(monotonicNowNs());
    EXPECT_THAT(told.tables[inode].optionsByPoint(), Not(Contains(Key(folder_))));
    const std::size_t before = told.records;
    watcher.seen(inode, second, monotonicNowNs());
    EXPECT_EQ(told.records, before + 1);
    EXPECT_THAT(told.tables[inode].optionsByPoint(), Contains(Key(folder_)));
    EXPECT_THAT(told.tables[inode].optionsByPoint(), Contains(Key("/proc")));
    end(second);
  });
}

std::uint64_t mountIdOf(int directory, const char* file) {
  std::uint64_t id = 0;
  EXPECT_TRUE(statFile(directory, file, &id).known()) << file;
  EXPECT_NE(id, 0U);
  return id;
}

TEST_F(MountsLive, WhatIsAttachedNowhereIsNotHeld) {
  apart([this] {
    Told told;
    MountWatcher watcher([&told](const trace::MountTable& table) { told.take(table); });
    watcher.start(monotonicNowNs());
    const std::uint64_t own = mountNamespaceOf(::getpid());
    const auto holds = [&](std::uint64_t id) {
      return watcher.holds(own, ::getpid(), id, monotonicNowNs());
    };
    EXPECT_EQ(holds(mountIdOf(AT_FDCWD, "/")), true);
    mountAt("m");
    const std::string point = folder_ + "/m";
    const FileDescriptor inside(::open(point.c_str(), O_PATH | O_CLOEXEC));
    const std::uint64_t id = mountIdOf(inside.get(), "");
    EXPECT_EQ(holds(id), true) << "attached a moment ago, nobody has looked since";
    ASSERT_EQ(::umount2(point.c_str(), MNT_DETACH), 0);
    EXPECT_EQ(mountIdOf(inside.get(), ""), id);
    EXPECT_EQ(holds(id), false);
    const FileDescriptor tree(
        ::open_tree(AT_FDCWD, folder_.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
    ASSERT_TRUE(tree.valid());
    EXPECT_EQ(holds(mountIdOf(tree.get(), "")), false);
    // Faster than anybody reads.
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(::mount("again", point.c_str(), "tmpfs", 0, "size=4k"), 0);
      const FileDescriptor again(::open(point.c_str(), O_PATH | O_CLOEXEC));
      ASSERT_EQ(holds(mountIdOf(again.get(), "")), true) << i;
      ASSERT_EQ(::umount2(point.c_str(), MNT_DETACH), 0);
      ASSERT_EQ(holds(mountIdOf(again.get(), "")), false) << i;
    }
    EXPECT_LT(told.records, 60U) << "asking tells nothing";
  });
}

TEST_F(MountsLive, ANamespaceHoldsItsOwnMountsAndTheHosts) {
  apart([] {
    Told told;
    MountWatcher watcher([&told](const trace::MountTable& table) { told.take(table); });
    watcher.start(monotonicNowNs());
    const pid_t child = startInNamespace();
    const pid_t stranger = startInNamespace();
    const std::uint64_t inode = mountNamespaceOf(child);
    const auto rootOf = [](pid_t pid) {
      return mountIdOf(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/root").c_str());
    };
    const auto holds = [&](pid_t whose) {
      return watcher.holds(inode, child, rootOf(whose), monotonicNowNs());
    };
    const std::size_t before = told.records;
    for (const bool watched : {false, true}) {
      EXPECT_EQ(holds(child), true) << watched;
      EXPECT_EQ(holds(::getpid()), true) << watched;
      EXPECT_EQ(holds(stranger), false) << watched;
      EXPECT_EQ(told.records, before + (watched ? 1U : 0U)) << "asking tells nothing";
      watcher.seen(inode, child, monotonicNowNs());
    }
    EXPECT_EQ(watcher.holds(inode, stranger, rootOf(stranger), monotonicNowNs()), std::nullopt)
        << "it is in another namespace";
    end(child);
    EXPECT_EQ(watcher.holds(inode + 1, child, 1'000'000, monotonicNowNs()), std::nullopt);
    end(stranger);
  });
}

TEST_F(MountsLive, AProcessThatMovesOnDoesNotKeepItsOldNamespace) {
  apart([] {
    Told told;
    MountWatcher watcher([&told](const trace::MountTable& table) { told.take(table); });
    watcher.start(monotonicNowNs());
    const std::size_t descriptors = openDescriptors();
    const std::uint64_t home = mountNamespaceOf(::getpid());
    enterNamespace();  // what is watched as our own stays so
    const std::uint64_t next = mountNamespaceOf(::getpid());
    watcher.seen(next, ::getpid(), monotonicNowNs());
    EXPECT_EQ(openDescriptors(), descriptors + 2);
    enterNamespace();
    const std::uint64_t last = mountNamespaceOf(::getpid());
    watcher.seen(last, ::getpid(), monotonicNowNs());
    EXPECT_EQ(openDescriptors(), descriptors + 2);
    EXPECT_TRUE(told.tables.contains(home) && told.tables.contains(next) &&
                told.tables.contains(last));
  });
}

TEST_F(MountsLive, WrongOrGoneProcessesAreCounted) {
  apart([] {
    Told told;
    MountWatcher watcher([&told](const trace::MountTable& table) { told.take(table); });
    watcher.start(monotonicNowNs());
    const std::size_t before = told.records;
    const std::uint64_t unreadable = watcher.counts().unreadable;  // of process 1, perhaps
    watcher.seen(12345, ::getpid(), monotonicNowNs());             // lives elsewhere
    watcher.seen(12346, 0x7ffffff0, monotonicNowNs());             // never was
    watcher.seen(0, ::getpid(), monotonicNowNs());                 // not known
    EXPECT_EQ(watcher.counts().unreadable, unreadable + 2);
    EXPECT_EQ(told.records, before);
  });
}

TEST_F(MountsLive, ManyNamespacesAreBounded) {
  apart([] {
    Told told;
    MountWatcher watcher([&told](const trace::MountTable& table) { told.take(table); });
    std::uint64_t nowNs = monotonicNowNs();
    watcher.start(nowNs);
    const std::size_t descriptors = openDescriptors();
    const std::size_t before = told.records;
    std::vector<pid_t> children;
    for (std::size_t i = 0; i < MountWatcher::kMostNamespaces + 20; ++i) {
      children.push_back(startInNamespace());
      watcher.seen(mountNamespaceOf(children.back()), children.back(), nowNs);
    }
    EXPECT_EQ(told.records - before, MountWatcher::kBurst);
    EXPECT_EQ(watcher.counts().postponed, 20U);
    for (const pid_t child : children) {  // a second has passed for each ten
      nowNs += 1'000'000'000 / MountWatcher::kPerSecond;
      watcher.seen(mountNamespaceOf(child), child, nowNs);
    }
    EXPECT_GT(watcher.counts().evicted, 0U);
    EXPECT_LE(openDescriptors(), descriptors + 2 * MountWatcher::kMostNamespaces);
    for (const pid_t child : children) {
      EXPECT_TRUE(told.tables.contains(mountNamespaceOf(child)));
    }
    for (const pid_t child : children) end(child);
    stepUntil(watcher, [&] { return openDescriptors() == descriptors; });
  });
}

}  // namespace
}  // namespace exectrail::recorder
