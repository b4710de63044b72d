// What `needs:` may say, and what an unmet one tells the person who records.
#include "replay/scenario/needs.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace exectrail::replay {
namespace {

Scenario needing(std::vector<std::string> needs) {
  Scenario scenario;
  scenario.needs = std::move(needs);
  return scenario;
}

TEST(Needs, KnownOnesCanBeChecked) {
  for (const char* need : {"root", "eprobes", "kprobes", "package:lighttpd"}) {
    EXPECT_TRUE(isKnownNeed(need)) << need;
  }
  for (const char* need : {"", "Root", "package:", "package", "network"}) {
    EXPECT_FALSE(isKnownNeed(need)) << need;
  }
}

TEST(Needs, NothingNeededIsMet) { EXPECT_EQ(std::nullopt, unmetNeed(needing({}))); }

TEST(Needs, RootIsTheEffectiveUser) {
  EXPECT_EQ(::geteuid() == 0, !unmetNeed(needing({"root"})).has_value());
}

TEST(Needs, AMissingPackageSaysHowToGetIt) {
  EXPECT_EQ("needs the package no-such-package: apt-get install no-such-package",
            unmetNeed(needing({"package:no-such-package"})));
}

TEST(Needs, PackagesAndRootCanBeHadAndAreNoKernelNeeds) {
  EXPECT_EQ(std::nullopt, unmetKernelNeed(needing({"root", "package:no-such-package"})));
}

}  // namespace
}  // namespace exectrail::replay
