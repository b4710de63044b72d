// The text form of a trace, which people review: whole lines, also for hostile names and for what
// is not known.
#include "trace/dump.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/traces.h"
#include "trace/reader.h"

namespace exectrail::test {
namespace {

std::string dumped(const Records& records) {
  const std::string bytes = traceBytes(records, 100);
  const auto reader = trace::openTraceBytes(bytes, "memory");
  std::ostringstream out;
  trace::dumpText(*reader, out);
  return out.str();
}

// The lines of records: without header and end.
std::string lines(const Records& records) {
  std::istringstream all(dumped(records));
  std::string kept;
  for (std::string line; std::getline(all, line);) {
    if (!line.starts_with('#')) kept += line + "\n";
  }
  return kept;
}

TEST(Dump, ForkExitAndGap) {
  EXPECT_EQ(
      lines({forked(image(1), 42).at(1'500'000'000), exited(image(42)).at(2'000'000'001),
             gap(1, 2, 0).at(3'000'000'000)}),
      "   1.500000000  fork      1.1         child 42.0  comm \"\"\n"
      "   2.000000001  exit      42.1      \n"
      "   3.000000000  gap                   cpu 0  source tracefs  lost an unknown number\n");
}

TEST(Dump, HostileNamesStayOnTheirLine) {
  const std::string text = lines({exec("/tmp/a\nb").pid(7).args({"", "x y", "\x1b[2J", "\xff"})});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_NE(text.find("exe /tmp/a\\nb[kernel]"), std::string::npos) << text;
  EXPECT_NE(text.find("args {\"\" \"x y\" \\x1b[2J \\xff}[image]"), std::string::npos) << text;
}

TEST(Dump, WhatIsNotKnownIsNotEmpty) {
  const std::string text = lines({exec("/tmp/x").noExecutable().noArgs().noCwd()});
  EXPECT_NE(text.find("exe -[unknown]  args -[unknown]  cwd -[unknown]"), std::string::npos)
      << text;
}

TEST(Dump, MountsAndThoseLeftOut) {
  trace::MountTable table{77, true, {trace::EvidenceClass::kProcfs}, {}, {5, 6}};
  table.mounts.push_back({21, 1, 254, 0, "/", "/a b", "rw", "ext4", "/dev/vda", "rw,discard"});
  const trace::Record whole{1, 0, table};
  table.complete = false;
  table.mounts.clear();
  table.leftOut = 3;
  const trace::Record part{2, 0, table};
  EXPECT_EQ(
      lines({{whole, {}, {}}, {part, {}, {}}}),
      "   0.000000001  mounts                namespace 77  all 1  removed 2\n"
      "                   mount  21 on \"/a b\" root / type ext4 from /dev/vda 254:0 parent 1 "
      "options rw super rw,discard\n"
      "   0.000000002  mounts                namespace 77  changed 0  removed 2  left-out 3\n");
}

TEST(Dump, AHashOrWhyThereIsNone) {
  const trace::Field<trace::FileFacts> file({8, 1, 77, 0100755, 0, 0, 4096, 1, 0},
                                            trace::EvidenceClass::kProcfs);
  const trace::Field<trace::Bytes> hash("\x01\xfe", trace::EvidenceClass::kProcfs);
  const trace::Record known{1, 0, trace::FileHash{image(7), file, hash}};
  const trace::Record tooLarge{
      2, 0, trace::FileHash{image(7), file, trace::Field<trace::Bytes>::unreadable(27)}};
  EXPECT_EQ(
      lines({{known, {}, {}}, {tooLarge, {}, {}}}),
      "   0.000000001  hash      7.1         sha256 01fe[procfs]  file 8:1:77 mode 00755 owner "
      "0:0 size 4096 links 1[procfs]\n"
      "   0.000000002  hash      7.1         sha256 -[unknown, errno 27]  file 8:1:77 mode "
      "00755 owner 0:0 size 4096 links 1[procfs]\n");
}

TEST(Dump, NotesAreShown) {
  trace::Evidence evidence{trace::EvidenceClass::kProcfs, 13, true, 70'000};
  EXPECT_NE(lines({exec("/tmp/x").args({"x"}, evidence)})
                .find("args {x}[procfs, of 70000 bytes, errno 13, after a gap]"),
            std::string::npos);
}

}  // namespace
}  // namespace exectrail::test
