// The command line of the recorder: its actions, COMMAND, and what a mistake says and returns.
#include "recorder/options.h"

#include <gtest/gtest.h>

#include <chrono>

namespace exectrail::recorder {
namespace {

Options parse(std::vector<std::string> words, std::optional<int>& exitCode) {
  words.insert(words.begin(), "exectrail-record");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return parseOptions(static_cast<int>(argv.size()), argv.data(), exitCode);
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

// The first line of what a mistake says, and its exit status.
std::string mistake(const std::vector<std::string>& words, int status) {
  std::optional<int> exitCode;
  testing::internal::CaptureStderr();
  parse(words, exitCode);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(exitCode, status) << said;
  return said.substr(0, said.find('\n'));
}

TEST(Options, MistakesAreUsageErrorsAndOneHundredAndTwentyFiveWithACommand) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--bogus"}, {"make"}, {"-o"}, {"--"}, {"--failed", "some"}}) {
    EXPECT_NE(mistake(words, 2), "") << words.front();
  }
  EXPECT_NE(mistake({"--bogus", "--", "true"}, 125), "");
}

TEST(Options, MistakesSayWhatWouldDo) {
  const std::string help = "; see exectrail record --help";
  EXPECT_EQ(mistake({"--duration", "soon"}, 2),
            "exectrail: --duration: soon is not a time; give a number and ms, s, m, h or d, for "
            "example 30s" +
                help);
  EXPECT_EQ(mistake({"--source", "tracefs,psychic"}, 2),
            "exectrail: --source: psychic is not a source; there are auto, or a list of tracefs, "
            "perf, connector, dynamic, procfs" +
                help);
  EXPECT_EQ(mistake({"--env", "+A,B"}, 2),
            "exectrail: --env: put + before every name, which adds them to the default ones, or "
            "before none" +
                help);
  EXPECT_EQ(mistake({"--env", "A=b"}, 2),
            "exectrail: --env: A=b is not the name of a variable" + help);
  EXPECT_EQ(mistake({"--buffer", "3"}, 2),
            "exectrail: --buffer: 3 is not a size from 64k to 1G, for example 8M" + help);
  EXPECT_EQ(mistake({"--buffer", "2G"}, 2),
            "exectrail: --buffer: 2G is not a size from 64k to 1G, for example 8M" + help);
  EXPECT_EQ(mistake({"--flight-recorder", "25h"}, 2),
            "exectrail: --flight-recorder: 25h is out of range; from 1s to 24h" + help);
}

TEST(Options, WhatDoesNotGoTogether) {
  const std::string help = "; see exectrail record --help";
  EXPECT_EQ(mistake({"--wait-tree"}, 2),
            "exectrail: --wait-tree: waits for a COMMAND, and there is none" + help);
  EXPECT_EQ(
      mistake({"--flight-recorder", "5s", "-o", "-"}, 2),
      "exectrail: --flight-recorder: writes several traces and needs the name of a file, not -" +
          help);
  EXPECT_EQ(
      mistake({"start", "--", "make"}, 2),
      "exectrail: start: takes no COMMAND; it records the whole host until record stop" + help);
  EXPECT_EQ(mistake({"start", "-o", "-"}, 2),
            "exectrail: start: needs a file: nobody reads its standard output" + help);
  EXPECT_EQ(mistake({"--format", "json"}, 2), "exectrail: --format: belongs to --probe" + help);
  EXPECT_EQ(mistake({"--probe", "--format", "xml"}, 2),
            "exectrail: --format: xml is not a format; there are text, json" + help);
  EXPECT_EQ(mistake({"--probe", "--", "make"}, 125),
            "exectrail: --probe: records nothing and takes no COMMAND" + help);
  EXPECT_EQ(mistake({"stop", "--", "make"}, 2),
            "exectrail: --: there is no COMMAND here; see exectrail record stop --help");
  EXPECT_EQ(
      mistake({"stop", "a", "b"}, 2),
      "exectrail: The following argument was not expected: b; see exectrail record stop --help");
}

TEST(Options, Actions) {
  std::optional<int> exitCode;
  EXPECT_EQ(parse({}, exitCode).action, Action::kRecord);
  EXPECT_EQ(parse({"--", "stop"}, exitCode).action, Action::kRecord);
  EXPECT_EQ(parse({"--probe"}, exitCode).action, Action::kProbe);
  EXPECT_TRUE(parse({"--probe", "--format", "json"}, exitCode).json);
  const Options start = parse({"start", "-o", "t.trail", "--hash"}, exitCode);
  EXPECT_EQ(start.action, Action::kStart);
  EXPECT_EQ(start.output, "t.trail");
  EXPECT_TRUE(start.hash);
  EXPECT_EQ(start.scope(), trace::Scope::kHost);
  const Options stop = parse({"stop", "t.trail"}, exitCode);
  EXPECT_EQ(stop.action, Action::kStop);
  EXPECT_EQ(stop.target, "t.trail");
  const Options dump = parse({"dump"}, exitCode);
  EXPECT_EQ(dump.action, Action::kDump);
  EXPECT_EQ(dump.target, "");
  EXPECT_FALSE(exitCode.has_value());
}

TEST(Options, SourcesEnvironmentBufferAndWindow) {
  std::optional<int> exitCode;
  const Options plain = parse({}, exitCode);
  EXPECT_TRUE(plain.sources.empty());
  EXPECT_EQ(plain.environmentNames, defaultEnvironmentNames());
  EXPECT_EQ(plain.bufferBytesPerCpu, 4U << 20);
  EXPECT_FALSE(plain.flightWindow.has_value());
  const Options set = parse({"--source", "perf,connector,tracefs", "--env", "A,B", "--buffer",
                             "64k", "--flight-recorder", "2m", "--wait-tree", "--", "x"},
                            exitCode);
  EXPECT_EQ(set.sources, (std::vector<trace::Source>{trace::Source::kTracefs, trace::Source::kPerf,
                                                     trace::Source::kConnector}));
  EXPECT_EQ(set.environmentNames, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(set.bufferBytesPerCpu, 65536U);
  EXPECT_EQ(set.flightWindow, std::chrono::minutes(2));
  EXPECT_TRUE(set.waitTree);
  EXPECT_FALSE(exitCode.has_value());
}

}  // namespace
}  // namespace exectrail::recorder
