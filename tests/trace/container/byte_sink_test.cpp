// Writing to files when there is no room: known beforehand where the file system can tell, taken
// back where it cannot, and room left for the last words.
#include "trace/container/byte_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/temporary_folder.h"
#include "trace/file_descriptor.h"

namespace exectrail::test {
namespace {

FileDescriptor create(const std::string& path) {
  return FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

std::string contentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(trace::ByteSink& sink, const std::string& text) {
  sink.write(reinterpret_cast<const std::byte*>(text.data()), text.size());
}

// Files may not grow beyond a size, as with `ulimit -f`: a write stops half-way there.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST(FdSink, HalfAWriteIsTakenBack) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/t";
  const FileDescriptor fd = create(path);
  trace::FdSink sink(fd.get(), "t");
  write(sink, "0123456789");
  {
    const FileSizeLimit limit(15);
    EXPECT_THROW(write(sink, "abcdefghij"), trace::DiskFull);
    EXPECT_EQ(contentOf(path), "0123456789");
  }
  write(sink, "ABC");
  EXPECT_EQ(contentOf(path), "0123456789ABC");
}

TEST(FdSink, WhatWasSetAsideIsGivenBack) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/t";
  const FileDescriptor fd = create(path);
  struct stat status {};
  {
    trace::FdSink sink(fd.get(), "t");
    write(sink, std::string(5000, 'x'));
    ASSERT_EQ(::fstat(fd.get(), &status), 0);
    EXPECT_EQ(status.st_size, 5000) << "what is set aside must not show";
  }
  ASSERT_EQ(::fstat(fd.get(), &status), 0);
  EXPECT_EQ(status.st_size, 5000);
  EXPECT_LE(status.st_blocks * 512, 64 << 10);
}

// A file system of one MiB.
class SmallDisk {
 public:
  SmallDisk() : mounted_(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=1m") == 0) {}
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  bool mounted_;
};

TEST(FdSink, AFullDiskIsKnownBeforeAnythingIsWrittenAndLeavesRoomForTheEnd) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small tmpfs needs root";
  const std::string path = disk.path() + "/t";
  const FileDescriptor fd = create(path);
  trace::FdSink sink(fd.get(), "t");
  const std::string piece(10'000, 'x');
  std::size_t written = 0;
  try {
    for (int i = 0; i < 1000; ++i) {
      write(sink, piece);
      written += piece.size();
    }
    FAIL() << "a disk of 1 MiB took 10 MB";
  } catch (const trace::DiskFull& e) {
    EXPECT_STREQ(e.what(), "cannot write t: No space left on device");
  }
  EXPECT_EQ(std::filesystem::file_size(path), written) << "a part of a write was left";
  EXPECT_GT(written, 900'000U);
  // Somebody else takes what is left.
  const FileDescriptor other = create(disk.path() + "/other");
  while (::write(other.get(), piece.data(), piece.size()) > 0) {
  }
  EXPECT_THROW(write(sink, piece), trace::DiskFull);
  sink.closing();
  write(sink, std::string(4000, 'e'));
  EXPECT_EQ(std::filesystem::file_size(path), written + 4000);
}

}  // namespace
}  // namespace exectrail::test
