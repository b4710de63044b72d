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
  EXPECT_EQ(parseDuration("0.5s"), nanoseconds(500'000'000));
  EXPECT_EQ(parseDuration("250ms"), nanoseconds(250'000'000));
  EXPECT_EQ(parseDuration("10m"), nanoseconds(600'000'000'000));
  EXPECT_EQ(parseDuration("2h"), nanoseconds(7'200'000'000'000));
  for (const char* bad :
       {"", "s", "30", "-1s", "0", "nan", "inf", "1e99", "5x", "5 s", "1000000d"}) {
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

TEST(OptionValues, RotationBySizeAndTime) {
  const auto rotate = [](const std::string& text) {
    std::uint64_t bytes = 1;
    std::chrono::nanoseconds time(1);
    parseRotate(text, bytes, time);
    return std::pair(bytes, time.count());
  };
  EXPECT_EQ(rotate("64M,1h"), std::pair(std::uint64_t{64} << 20, 3'600'000'000'000L));
  EXPECT_EQ(rotate("10m,2M"), std::pair(std::uint64_t{2} << 20, 600'000'000'000L));
  EXPECT_EQ(rotate("10M"), std::pair(std::uint64_t{10} << 20, 1L)) << "a capital M is a size";
  EXPECT_EQ(rotate("5s"), std::pair(std::uint64_t{1}, 5'000'000'000L));
  for (const char* bad : {"", "tomorrow", "1k", "500ms", "64M,", "64M;1h", "86400", "64M,3600"}) {
    EXPECT_THROW(rotate(bad), OptionError) << bad;
  }
}

TEST(OptionValues, RetentionByAgeSizeAndRoom) {
  const Retention all = parseRetention("age=30d,size=20G,free=5%");
  EXPECT_EQ(all.ageNs, 30 * std::uint64_t{86'400'000'000'000});
  EXPECT_EQ(all.bytes, std::uint64_t{20} << 30);
  EXPECT_EQ(all.freePercent, 5.0);
  EXPECT_FALSE(all.free.has_value());
  EXPECT_EQ(parseRetention("free=2G").free, std::uint64_t{2} << 30);
  const Retention none = parseRetention("all");
  EXPECT_FALSE(none.ageNs || none.bytes || none.free || none.freePercent);
  for (const char* bad : {"", "30d", "age=", "age=x", "age=30", "size=20", "free=5", "size=5%",
                          "free=100%", "free=-1%", "all,age=1d", "age=1d,", "weight=1"}) {
    EXPECT_THROW(parseRetention(bad), OptionError) << bad;
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
