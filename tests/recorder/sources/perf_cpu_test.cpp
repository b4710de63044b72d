// The list of CPUs as sysfs writes it, and what is no such list.
#include "recorder/sources/perf_cpu.h"

#include <gmock/gmock.h>

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

TEST(CpuList, AsSysfsWritesIt) {
  EXPECT_THAT(parseCpuList("0\n"), Optional(ElementsAre(0)));
  EXPECT_THAT(parseCpuList("0-2,5,7-8\n"), Optional(ElementsAre(0, 1, 2, 5, 7, 8)));
  EXPECT_THAT(parseCpuList("\n"), Optional(IsEmpty()));
}

TEST(CpuList, WhatIsNone) {
  for (const char* text : {"a", "0-", "-1", "2-1", "0,,1", "0 1", "0-99999999", "65536"}) {
    EXPECT_EQ(parseCpuList(text), std::nullopt) << text;
  }
  std::string often;
  for (int i = 0; i < 100; ++i) often += "0-65535,";
  EXPECT_EQ(parseCpuList(often), std::nullopt);
}

}  // namespace
}  // namespace exectrail::recorder
