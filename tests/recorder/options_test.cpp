// The command line of the recorder: durations, COMMAND, and what a mistake says and returns.
#include "recorder/options.h"

#include <gtest/gtest.h>

#include <chrono>

namespace exectrail::recorder {
namespace {

using std::chrono::nanoseconds;

Options parse(std::vector<std::string> words, std::optional<int>& exitCode) {
  words.insert(words.begin(), "exectrail-record");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return parseOptions(static_cast<int>(argv.size()), argv.data(), exitCode);
}

TEST(Options, Durations) {
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

TEST(Options, CommandIsEverythingAfterTheFirstDashes) {
  std::optional<int> exitCode;
  const Options options =
      parse({"-o", "t.trail", "--", "sh", "-c", "x -- y", "--", "-o"}, exitCode);
  EXPECT_FALSE(exitCode.has_value());
  EXPECT_EQ(options.output, "t.trail");
  EXPECT_EQ(options.command, (std::vector<std::string>{"sh", "-c", "x -- y", "--", "-o"}));
  EXPECT_EQ(options.scope(), trace::Scope::kSubtree);
}

TEST(Options, ScopeIsTheHostWithoutCommandOrWhenAskedFor) {
  std::optional<int> exitCode;
  EXPECT_EQ(parse({}, exitCode).scope(), trace::Scope::kHost);
  EXPECT_EQ(parse({"-a", "--", "true"}, exitCode).scope(), trace::Scope::kHost);
  EXPECT_FALSE(exitCode.has_value());
}

TEST(Options, FailedPolicies) {
  std::optional<int> exitCode;
  EXPECT_EQ(parse({}, exitCode).failed, trace::FailedPolicy::kNoteworthy);
  EXPECT_EQ(parse({"--failed", "all"}, exitCode).failed, trace::FailedPolicy::kAll);
  EXPECT_EQ(parse({"--failed", "none"}, exitCode).failed, trace::FailedPolicy::kNone);
  EXPECT_FALSE(exitCode.has_value());
}

TEST(Options, MistakesAreUsageErrorsAndOneHundredAndTwentyFiveWithACommand) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--bogus"},
                                                {"make"},
                                                {"--duration", "soon"},
                                                {"--failed", "some"},
                                                {"-o"},
                                                {"--"}}) {
    std::optional<int> exitCode;
    testing::internal::CaptureStderr();
    parse(words, exitCode);
    EXPECT_NE(testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(exitCode, 2) << words.front();
  }
  std::optional<int> exitCode;
  testing::internal::CaptureStderr();
  parse({"--bogus", "--", "true"}, exitCode);
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(exitCode, 125);
}

}  // namespace
}  // namespace exectrail::recorder
