// Times, sizes and lists on the command line: what is one, and what is not.
#include "recorder/option_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace exectrail::recorder {
namespace {

using std::chrono::nanoseconds;
using testing::ElementsAre;

TEST(OptionValues, Durations) {
  EXPECT_EQ(parseDuration("30s"), nanoseconds(30'000'000'000));
  EXPECT_EQ(parseDuration("30"), nanoseconds(30'000'000'000));
  EXPECT_EQ(parseDuration("0.5s"), nanoseconds(500'000'000));
  EXPECT_EQ(parseDuration("250ms"), nanoseconds(250'000'000));
  EXPECT_EQ(parseDuration("10m"), nanoseconds(600'000'000'000));
  EXPECT_EQ(parseDuration("2h"), nanoseconds(7'200'000'000'000));
  for (const char* bad : {"", "s", "-1s", "0", "nan", "inf", "1e99", "5x", "5 s", "1000000d"}) {
    EXPECT_FALSE(parseDuration(bad).has_value()) << bad;
  }
}

TEST(OptionValues, Sizes) {
  EXPECT_EQ(parseSize("1"), 1U);
  EXPECT_EQ(parseSize("64k"), 65536U);
  EXPECT_EQ(parseSize("64KiB"), 65536U);
  EXPECT_EQ(parseSize("4M"), 4U << 20);
  EXPECT_EQ(parseSize("4mb"), 4U << 20);
  EXPECT_EQ(parseSize("0.5g"), 512U << 20);
  EXPECT_EQ(parseSize("7B"), 7U);
  for (const char* bad : {"", "k", "-1", "0", "4X", "4Mi", "4 M", "4MM", "nan", "1e30", "4Miб"}) {
    EXPECT_FALSE(parseSize(bad).has_value()) << bad;
  }
}

TEST(OptionValues, SourcesEachOnceInOneOrder) {
  EXPECT_TRUE(parseSources("auto").empty());
  EXPECT_THAT(parseSources("procfs,tracefs,procfs"),
              ElementsAre(trace::Source::kTracefs, trace::Source::kProcfs));
  for (const char* bad : {"", "tracefs,", "auto,perf", "PERF", "unknown", " perf"}) {
    EXPECT_THROW(parseSources(bad), OptionError) << bad;
  }
}

TEST(OptionValues, EnvironmentNames) {
  EXPECT_THAT(parseEnvironmentNames("none"), ElementsAre());
  EXPECT_THAT(parseEnvironmentNames("A,B,A"), ElementsAre("A", "B"));
  auto more = defaultEnvironmentNames();
  more.emplace_back("MINE");
  EXPECT_EQ(parseEnvironmentNames("+MINE,+PATH"), more);
  for (const std::string& bad :
       {std::string(), std::string("A,"), std::string("+"), std::string("A=b"), std::string("A,+B"),
        std::string("+A,B"), std::string(129, 'A')}) {
    EXPECT_THROW(parseEnvironmentNames(bad), OptionError) << bad;
  }
  std::string many = "N0";
  for (int i = 1; i < 65; ++i) many += ",N" + std::to_string(i);
  EXPECT_THROW(parseEnvironmentNames(many), OptionError);
}

TEST(OptionValues, DefaultNamesAreThoseThatChangeWhatRuns) {
  for (const char* name : {"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "BASH_ENV", "PYTHONPATH",
                           "GCONV_PATH", "PATH"}) {
    EXPECT_THAT(defaultEnvironmentNames(), testing::Contains(name));
  }
}

}  // namespace
}  // namespace exectrail::recorder
