// Facts of a file that ran: through its process, by path when that has gone, remembered; and never
// those of another file that has taken its place.
#include "recorder/proc/file_facts.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;
using trace::Field;
using trace::FileFacts;
using trace::FileIdentity;

const Field<FileFacts> kGone = Field<FileFacts>::unreadable(ENOENT);

class FileFactsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "exectrail-facts-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = folder_ + "/program";
    write(path_, "first");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static void write(const std::string& path, const std::string& content) {
    std::ofstream(path) << content;
  }

  // tmpfs tells it only in a file's handle, as the first word (mm/shmem.c).
  static std::uint32_t generationOnTmpfs(const std::string& path) {
    struct statfs fs {};
    if (::statfs(path.c_str(), &fs) != 0 || fs.f_type != TMPFS_MAGIC) return 0;
    union {
      file_handle handle;
      std::uint32_t words[(sizeof(file_handle) + MAX_HANDLE_SZ) / 4];
    } named{};
    named.handle.handle_bytes = MAX_HANDLE_SZ;
    int mountId = 0;
    EXPECT_EQ(::name_to_handle_at(AT_FDCWD, path.c_str(), &named.handle, &mountId, 0), 0);
    return named.words[sizeof(file_handle) / 4];
  }

  // As perf would name it; generation 0 where the file system does not tell.
  static FileIdentity identityOf(const std::string& path) {
    const Field<FileFacts> facts = statFile(AT_FDCWD, path.c_str());
    EXPECT_TRUE(facts.known());
    FileIdentity identity{facts.value.deviceMajor, facts.value.deviceMinor, facts.value.inode, 0};
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    int generation = 0;
    if (::ioctl(fd, FS_IOC_GETVERSION, &generation) == 0) {
      identity.generation = static_cast<std::uint32_t>(generation);
    }
    ::close(fd);
    if (identity.generation == 0) identity.generation = generationOnTmpfs(path);
    return identity;
  }

  // Times of files are as coarse as the kernel's ticks.
  static void letATickPass() { ::usleep(30'000); }

  std::string folder_;
  std::string path_;
  FileFactsReader reader_;
};

TEST_F(FileFactsTest, ThroughTheProcess) {
  const FileIdentity identity = identityOf("/proc/self/exe");
  const Field<FileFacts> given = statFile(AT_FDCWD, "/proc/self/exe");
  const Field<FileFacts> facts = reader_.read(identity, "/nonexistent", 0, given);
  EXPECT_EQ(facts, given);
  EXPECT_EQ(facts.evidence.evidenceClass, EvidenceClass::kProcfs);
}

TEST_F(FileFactsTest, OfAnotherExecOfTheProcess) {
  FileIdentity identity = identityOf("/proc/self/exe");
  ++identity.inode;
  const auto facts = reader_.read(identity, "", 0, statFile(AT_FDCWD, "/proc/self/exe"));
  EXPECT_FALSE(facts.known());
  EXPECT_EQ(facts.evidence.errorNumber, ESTALE);
}

TEST_F(FileFactsTest, ByPathWhenTheProcessHasGone) {
  ASSERT_EQ(::chmod(path_.c_str(), 0751), 0);
  const FileIdentity identity = identityOf(path_);
  letATickPass();
  const auto facts = reader_.read(identity, path_, monotonicNowNs(), kGone);
  ASSERT_TRUE(facts.known()) << facts.evidence.errorNumber;
  EXPECT_EQ(facts.evidence.evidenceClass, EvidenceClass::kProcfs);
  EXPECT_EQ(facts.value.mode & 07777U, 0751U);
  EXPECT_EQ(facts.value.sizeBytes, 5U);
  EXPECT_EQ(facts.value.linkCount, 1U);
  EXPECT_EQ(facts.value.uid, ::getuid());
}

TEST_F(FileFactsTest, AFileInItsPlaceIsNotIt) {
  const FileIdentity identity = identityOf(path_);
  letATickPass();
  const std::uint64_t execNs = monotonicNowNs();
  letATickPass();
  // File systems like to give the inode out again: once as it comes, and once by a trick.
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  write(path_, "other");
  auto facts = reader_.read(identity, path_, execNs, kGone);
  EXPECT_FALSE(facts.known());
  EXPECT_EQ(facts.evidence.errorNumber, ESTALE);
  FileIdentity asIfSameInode = identityOf(path_);
  if (asIfSameInode.generation != 0) ++asIfSameInode.generation;
  facts = reader_.read(asIfSameInode, path_, execNs, kGone);
  EXPECT_FALSE(facts.known());
  EXPECT_EQ(facts.evidence.errorNumber, ESTALE);
}

TEST_F(FileFactsTest, TheSameFileAlsoWhenItHasChangedSince) {
  const FileIdentity identity = identityOf(path_);
  if (identity.generation == 0) GTEST_SKIP() << "this file system does not tell generations";
  const std::uint64_t execNs = monotonicNowNs();
  letATickPass();
  ASSERT_EQ(::chmod(path_.c_str(), 0700), 0);
  const auto facts = reader_.read(identity, path_, execNs, kGone);
  ASSERT_TRUE(facts.known());
  EXPECT_EQ(facts.value.mode & 07777U, 0700U);
}

TEST_F(FileFactsTest, WithoutGenerationOnlyIfUnchangedSinceTheExec) {
  FileIdentity identity = identityOf(path_);
  identity.generation = 0;
  letATickPass();
  EXPECT_TRUE(reader_.read(identity, path_, monotonicNowNs(), kGone).known());
  const std::uint64_t execNs = monotonicNowNs();
  letATickPass();
  ASSERT_EQ(::chmod(path_.c_str(), 0700), 0);
  FileFactsReader fresh;
  const auto facts = fresh.read(identity, path_, execNs, kGone);
  EXPECT_FALSE(facts.known());
  EXPECT_EQ(facts.evidence.errorNumber, ESTALE);
}

TEST_F(FileFactsTest, OtherDevicesAreOtherFiles) {
  FileIdentity identity = identityOf(path_);
  ++identity.deviceMinor;
  letATickPass();
  EXPECT_FALSE(reader_.read(identity, path_, monotonicNowNs(), kGone).known());
}

TEST_F(FileFactsTest, LinksAreNotFollowed) {
  const FileIdentity identity = identityOf(path_);
  const std::string link = folder_ + "/link";
  ASSERT_EQ(::symlink(path_.c_str(), link.c_str()), 0);
  letATickPass();
  const auto facts = reader_.read(identity, link, monotonicNowNs(), kGone);
  EXPECT_FALSE(facts.known());
  EXPECT_EQ(facts.evidence.errorNumber, ESTALE) << "the link is another file";
  const std::string through = folder_ + "/folder";
  ASSERT_EQ(::symlink(folder_.c_str(), through.c_str()), 0);
  const auto below = reader_.read(identity, through + "/program", monotonicNowNs(), kGone);
  EXPECT_FALSE(below.known());
  EXPECT_EQ(below.evidence.errorNumber, ELOOP);
}

TEST_F(FileFactsTest, RememberedOfAnEarlierExec) {
  const FileIdentity identity = identityOf(path_);
  const Field<FileFacts> given = statFile(AT_FDCWD, path_.c_str());
  ASSERT_TRUE(reader_.read(identity, path_, 0, given).known());
  const auto facts = reader_.read(identity, "/nonexistent", 0, kGone);
  ASSERT_TRUE(facts.known());
  EXPECT_EQ(facts.value, given.value);
  EXPECT_EQ(facts.evidence.evidenceClass, EvidenceClass::kInferred);
  EXPECT_EQ(facts.evidence.errorNumber, ENOENT);
}

// Execs that came before a reading share it; a later one has its own.
TEST_F(FileFactsTest, ReadOnceForAllExecsBefore) {
  const FileIdentity identity = identityOf(path_);
  if (identity.generation == 0) GTEST_SKIP() << "this file system does not tell generations";
  const std::uint64_t execNs = monotonicNowNs();
  const auto first = reader_.read(identity, path_, execNs, kGone);
  ASSERT_TRUE(first.known());
  ASSERT_EQ(::chmod(path_.c_str(), 0700), 0);
  const auto second = reader_.read(identity, path_, execNs + 1, kGone);
  EXPECT_EQ(second, first);
  const auto third = reader_.read(identity, path_, monotonicNowNs(), kGone);
  ASSERT_TRUE(third.known());
  EXPECT_EQ(third.value.mode & 07777U, 0700U);
  EXPECT_EQ(third.evidence.evidenceClass, EvidenceClass::kProcfs);
}

TEST_F(FileFactsTest, WhatIsNotCertainlyTheSameFileIsReadAgain) {
  FileIdentity identity = identityOf(path_);
  identity.generation = 0;
  letATickPass();
  const std::uint64_t execNs = monotonicNowNs();
  ASSERT_TRUE(reader_.read(identity, path_, execNs, kGone).known());
  letATickPass();
  ASSERT_EQ(::chmod(path_.c_str(), 0700), 0);
  const auto again = reader_.read(identity, path_, execNs + 1, kGone);
  EXPECT_EQ(again.evidence.evidenceClass, EvidenceClass::kInferred) << "as of an earlier exec";
}

TEST_F(FileFactsTest, APathIsKnownOnceItHasLedThere) {
  const FileIdentity identity = identityOf(path_);
  EXPECT_EQ(reader_.pathTo(identity), nullptr);
  reader_.read(identity, path_ + "x", monotonicNowNs(), kGone);
  EXPECT_EQ(reader_.pathTo(identity), nullptr);
  letATickPass();
  reader_.read(identity, path_, monotonicNowNs(), kGone);
  ASSERT_NE(reader_.pathTo(identity), nullptr);
  EXPECT_EQ(*reader_.pathTo(identity), path_);
  // What is remembered of the file makes no other path one that leads there.
  reader_.read(identity, path_.substr(1), 0, kGone);
  EXPECT_EQ(*reader_.pathTo(identity), path_);
}

TEST_F(FileFactsTest, NothingIsKnown) {
  for (const std::string path : {"", "relative", "/nonexistent", "/memfd:x (deleted)"}) {
    const auto facts = reader_.read({1, 2, 3, 4}, path, monotonicNowNs(), kGone);
    EXPECT_FALSE(facts.known());
    // EAGAIN: the kernel would have to ask the file system.
    const int error = facts.evidence.errorNumber;
    EXPECT_TRUE(error == ENOENT || (error == EAGAIN && path.starts_with('/'))) << path << error;
  }
}

}  // namespace
}  // namespace exectrail::recorder
