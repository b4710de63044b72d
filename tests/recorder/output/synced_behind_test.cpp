// A file that is synced by another thread: nothing is lost, nobody waits but at the end, and what
// goes wrong there is told here.
#include "recorder/output/synced_behind.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/support/temporary_folder.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

void put(trace::ByteSink& sink, const std::string& text) {
  sink.write(reinterpret_cast<const std::byte*>(text.data()), text.size());
}

TEST(SyncedBehind, WritesGoOnWhileItSyncs) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/file";
  std::string expected;
  {
    const FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_TRUE(fd.valid());
    SyncedBehind sink(fd.get(), path);
    for (int i = 0; i < 200; ++i) {
      const std::string line = std::to_string(i) + "\n";
      put(sink, line);
      expected += line;
      if (i % 10 == 0) sink.sync();
    }
    sink.closing();
    put(sink, "end\n");
    sink.sync();
  }
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), expected + "end\n");
}

TEST(SyncedBehind, AFailureIsToldByWhatComesNext) {
  const test::TemporaryFolder folder;
  FileDescriptor fd(::open((folder.path() + "/file").c_str(), O_WRONLY | O_CREAT, 0600));
  ASSERT_TRUE(fd.valid());
  SyncedBehind sink(fd.get(), "the file");
  const std::string kept = "before";
  put(sink, kept);
  fd.reset();  // as a disk that has gone
  sink.sync();
  // No clock decides: the end waits for what is under way, and then says what became of it.
  sink.closing();
  EXPECT_THROW(sink.sync(), EnvironmentError);
}

}  // namespace
}  // namespace exectrail::recorder
