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
  for (const char* need : {"root", "eprobes", "kprobes", "package:lighttpd", "large-package:dnf",
                           "file:/usr/share/x"}) {
    EXPECT_TRUE(isKnownNeed(need)) << need;
  }
  for (const char* need : {"", "Root", "package:", "package", "network", "file:", "file:x"}) {
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

TEST(Needs, AMissingFileSaysWhoKnowsOfIt) {
  EXPECT_EQ(std::nullopt, unmetNeed(needing({"file:/proc/self/status"})));
  EXPECT_EQ("needs the file /proc/self/no-such: the scenario's run.sh says where it comes from",
            unmetNeed(needing({"file:/proc/self/no-such"})));
}

TEST(Needs, PackagesAndRootCanBeHadAndAreNoKernelNeeds) {
  EXPECT_EQ(std::nullopt,
            unmetKernelNeed(needing({"root", "package:no-such-package", "file:/no-such"})));
}

}  // namespace
}  // namespace exectrail::replay
