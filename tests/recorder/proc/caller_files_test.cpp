// What files tell about a path that another process passed, and about one that it cannot have
// passed.
#include "recorder/proc/caller_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace exectrail::recorder {
namespace {

bool failable(pid_t tid, const std::string& path, std::uint16_t errorNumber) {
  return canHaveFailed(tid, path, errorNumber, existsFor(tid, path));
}

class CallerFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "caller-files-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
    std::ofstream(folder_ / "file") << "#!/nowhere\n";
    std::filesystem::create_symlink("/nowhere/at/all", folder_ / "broken");
    std::filesystem::create_directory(folder_ / "closed");
    ASSERT_EQ(::chmod((folder_ / "closed").c_str(), 0700), 0);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string at(const char* name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
  pid_t self_ = ::getpid();
};

TEST_F(CallerFiles, WhatIsThereExists) {
  EXPECT_TRUE(existsFor(self_, at("file")).value);
  EXPECT_TRUE(existsFor(self_, at("broken")).value);
  const auto missing = existsFor(self_, at("missing"));
  EXPECT_TRUE(missing.known());
  EXPECT_FALSE(missing.value);
  EXPECT_FALSE(existsFor(self_, at("file/below")).value);
}

TEST_F(CallerFiles, RelativePathsBeginInTheCallersWorkingDirectory) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ready[1]);
    char byte = 0;
    if (::chdir(folder_.c_str()) != 0) ::_exit(1);
    ::_exit(static_cast<int>(::read(ready[0], &byte, 1)));
  }
  const std::string link = "/proc/" + std::to_string(child) + "/cwd";
  while (std::filesystem::read_symlink(link) != folder_) ::usleep(1000);
  EXPECT_TRUE(existsFor(child, "file").value);
  EXPECT_TRUE(existsFor(child, "closed/../file").value);
  EXPECT_FALSE(existsFor(child, "missing").value);
  EXPECT_FALSE(failable(child, "missing", EACCES));
  EXPECT_TRUE(failable(child, "closed/missing", EACCES));
  ::close(ready[1]);
  ::waitpid(child, nullptr, 0);
  // Its number is nobody's now: nothing is known, and nothing contradicts.
  EXPECT_FALSE(existsFor(child, at("file")).known());
  EXPECT_TRUE(failable(child, at("missing"), EACCES));
  ::close(ready[0]);
}

TEST_F(CallerFiles, BelowAnotherRootOnlyLinksLeadAstray) {
  if (::geteuid() != 0) GTEST_SKIP() << "skipped: changing the root takes root";
  std::filesystem::create_directory_symlink("/etc", folder_ / "etc");
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ready[1]);
    char byte = 0;
    if (::chroot(folder_.c_str()) != 0 || ::chdir("/") != 0) ::_exit(1);
    ::_exit(static_cast<int>(::read(ready[0], &byte, 1)));
  }
  const std::string link = "/proc/" + std::to_string(child) + "/root";
  while (std::filesystem::read_symlink(link) != folder_) ::usleep(1000);
  EXPECT_TRUE(existsFor(child, "file").value);
  const auto garbage = existsFor(child, "R\x95\x18^\x05");
  EXPECT_TRUE(garbage.known());
  EXPECT_FALSE(garbage.value);
  EXPECT_FALSE(failable(child, "R\x95\x18^\x05", EACCES));
  // Where that is below its own root cannot be followed from here.
  EXPECT_FALSE(existsFor(child, "etc/nothing").known());
  ::close(ready[1]);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
}

TEST_F(CallerFiles, WhatMeansTheReaderIsNotKnown) {
  EXPECT_FALSE(existsFor(self_, "/proc/self/fd/0").known());
  EXPECT_FALSE(existsFor(self_, "/dev/fd/0").known());
  EXPECT_FALSE(existsFor(self_, "").known());
}

TEST_F(CallerFiles, AnErrorAboutAFileNeedsOne) {
  for (const int error : {EACCES, EPERM, ENOEXEC, ETXTBSY}) {
    EXPECT_TRUE(failable(self_, at("file"), static_cast<std::uint16_t>(error))) << error;
    EXPECT_FALSE(failable(self_, at("missing"), static_cast<std::uint16_t>(error))) << error;
    EXPECT_FALSE(failable(self_, "\x80\x02garbage", static_cast<std::uint16_t>(error))) << error;
    EXPECT_FALSE(failable(self_, at("a/b/c/"), static_cast<std::uint16_t>(error))) << error;
  }
  for (const int error : {ENOENT, ENOTDIR, E2BIG, ENOMEM, EFAULT}) {
    EXPECT_TRUE(failable(self_, at("missing"), static_cast<std::uint16_t>(error))) << error;
  }
}

TEST_F(CallerFiles, AClosedFolderRefusesWhatIsNotThere) {
  EXPECT_TRUE(failable(self_, at("closed/missing"), EACCES));
  EXPECT_TRUE(failable(self_, at("closed//a/b"), EACCES));
  EXPECT_FALSE(failable(self_, at("closed/missing"), ENOEXEC));
}

}  // namespace
}  // namespace exectrail::recorder
