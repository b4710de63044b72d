// The smallest part that still fires: of lists, and of traces.
#include "replay/traces/minimize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "replay/traces/delta.h"
#include "replay/verdict/analysis.h"
#include "tests/replay/programs.h"

namespace exectrail::replay {
namespace {

using test::exec;
using test::forked;
using test::image;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<int> upTo(int count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

bool has(const std::vector<int>& part, int wanted) {
  return std::find(part.begin(), part.end(), wanted) != part.end();
}

TEST(SmallestPart, IsWhatThePropertyNeeds) {
  for (const int count : {1, 2, 3, 8, 100, 101}) {
    for (const int wanted : {0, count / 3, count - 1}) {
      EXPECT_THAT(smallestPart(upTo(count), [&](const auto& part) { return has(part, wanted); }),
                  ElementsAre(wanted));
    }
  }
}

TEST(SmallestPart, KeepsOrderAndWhatBelongsTogether) {
  EXPECT_THAT(
      smallestPart(upTo(50),
                   [](const auto& part) { return has(part, 3) && has(part, 40) && has(part, 41); }),
      ElementsAre(3, 40, 41));
}

TEST(SmallestPart, IsNothingIfNothingIsNeeded) {
  EXPECT_THAT(smallestPart(upTo(9), [](const auto&) { return true; }), IsEmpty());
}

TEST(SmallestPart, IsAllIfAllIsNeeded) {
  EXPECT_EQ(upTo(9), smallestPart(upTo(9), [](const auto& part) { return part.size() == 9; }));
}

// ---- traces

class MinimizeTest : public testing::Test {
 protected:
  // Runs of a server's shell among other processes.
  static test::Records records() {
    test::Records all = {test::snapshot("/usr/bin/nginx").pid(1).at(1)};
    for (std::uint32_t pid = 100; pid < 130; ++pid) {
      all.push_back(forked(image(1), pid).at(pid));
      all.push_back(exec("/usr/bin/true").pid(pid).by(image(1)).at(pid));
      all.push_back(test::exited(image(pid)).at(pid));
    }
    all.push_back(forked(image(1), 200).at(200));
    all.push_back(exec("/usr/bin/sh").pid(200).by(image(1)).at(201));
    all.push_back(forked(image(200), 201).at(202));
    all.push_back(exec("/tmp/x").pid(201).by(image(200)).at(203));
    return all;
  }

  Minimized run(const std::string& rest, bool keepLineage = false) {
    const auto program = programOf(recipeText("mine", "low", rest));
    const Analysis whole = analyse(*program, trace_.get().header(), trace_.get().records());
    EXPECT_EQ(1U, whole.alerts.size());
    Minimized result = minimize(*program, trace_.get(), whole.alerts.at(0), keepLineage);
    const Analysis part = analyse(*program, trace_.get().header(), result.records);
    EXPECT_EQ(1U, part.alerts.size());
    if (part.alerts.empty()) return result;
    EXPECT_TRUE(identical(whole.alerts[0], part.alerts[0], keepLineage));
    return result;
  }

  const MemoryTrace trace_{records()};
};

TEST_F(MinimizeTest, OneExecIsEnoughForAPath) {
  const Minimized result = run("when: file.path under ['/tmp']\n");
  ASSERT_EQ(1U, result.records.size());
  EXPECT_EQ("/tmp/x", std::get<trace::Exec>(result.records[0].body).image.executable.value);
  EXPECT_TRUE(result.minimal);
  EXPECT_LT(result.tried, 20U) << "the lineage alone is tried first";
}

TEST_F(MinimizeTest, AncestorsStayIfTheRecipeNeedsThem) {
  const Minimized result =
      run("when: file.path under ['/tmp']\n"
          "raise: {server: \"any(lineage, .executable == '/usr/bin/nginx')\"}\n");
  std::vector<std::string> executables;
  for (const trace::Record& record : result.records) {
    if (const auto* it = std::get_if<trace::Exec>(&record.body)) {
      executables.emplace_back(it->image.executable.value);
    } else if (const auto* older = std::get_if<trace::Snapshot>(&record.body)) {
      executables.emplace_back(older->image.executable.value);
    }
  }
  EXPECT_THAT(executables, ElementsAre("/usr/bin/nginx", "/usr/bin/sh", "/tmp/x"));
}

TEST_F(MinimizeTest, LineageStaysIfAskedFor) {
  const Minimized result = run("when: file.path under ['/tmp']\n", true);
  EXPECT_EQ(3U, result.records.size());
}

TEST_F(MinimizeTest, WhatAnotherProcessDidStaysIfTheRecipeCountsIt) {
  const Minimized result =
      run("when: process.name == 'true' or process.name == 'x'\n"
          "count: {at_least: 31, within: 1h, key: [user.id]}\n");
  EXPECT_EQ(31U, result.records.size());
}

TEST(Identical, TellsApartWhatAnAlertSays) {
  analyzer::Alert before;
  before.id = "1";
  before.reasons = {{"temp", "class high", "under /tmp", ""}};
  EXPECT_TRUE(identical(before, before, true));
  const auto differs = [&](const auto& change) {
    analyzer::Alert after = before;
    change(after);
    return !identical(before, after, false);
  };
  EXPECT_TRUE(differs([](auto& alert) { alert.id = "2"; }));
  EXPECT_TRUE(differs([](auto& alert) { alert.severity = analyzer::Severity::kHigh; }));
  EXPECT_TRUE(differs([](auto& alert) { alert.reasons[0].because = "under /var/tmp"; }));
  EXPECT_TRUE(differs([](auto& alert) { alert.reasons.clear(); }));
  EXPECT_TRUE(differs([](auto& alert) { alert.unknown = {"server_above"}; }));
  EXPECT_TRUE(differs([](auto& alert) { alert.gaps.emplace_back(); }));
}

}  // namespace
}  // namespace exectrail::replay
