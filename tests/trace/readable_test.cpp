// Times, durations and sizes as people and machines read them.
#include "trace/readable.h"

#include <gtest/gtest.h>

namespace exectrail::trace {
namespace {

TEST(Output, Times) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(rfc3339(1'772'600'767'123'456'789), "2026-03-04T05:06:07.123456789Z");
  EXPECT_EQ(rfc3339(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(readableTime(1'772'600'767'123'456'789), "2026-03-04 05:06:07.123Z");
  EXPECT_EQ(readableDuration(1'800'000'000), "1.8 s");
  EXPECT_EQ(readableDuration(30'000'000), "30 ms");
  EXPECT_EQ(readableDuration(7'200'000'000'000), "2.0 h");
  EXPECT_EQ(readableSize(41'000), "41 kB");
  EXPECT_EQ(readableSize(17), "17 B");
  EXPECT_EQ(readableSize(2'500'000), "2.5 MB");
}

}  // namespace
}  // namespace exectrail::trace
