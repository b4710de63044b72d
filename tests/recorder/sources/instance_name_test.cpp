// Names of tracefs instances, and telling a stale one from one in use.
#include "recorder/sources/instance_name.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace exectrail::recorder {
namespace {

TEST(InstanceName, SaysWhoseItIs) {
  EXPECT_EQ(instanceName({42, 1234567}, "failures"), "exectrail-42-1234567-failures");
  // Those of older recorders had no purpose.
  for (const char* name : {"exectrail-42-1234567-failures", "exectrail-42-1234567"}) {
    const auto owner = instanceOwner(name);
    ASSERT_TRUE(owner.has_value()) << name;
    EXPECT_EQ(owner->pid, 42);
    EXPECT_EQ(owner->startTicks, 1234567U);
  }
}

TEST(InstanceName, OthersAreNotOurs) {
  for (const char* name :
       {"", "exectrail", "exectrail-", "exectrail-42", "exectrail-42-", "exectrail-x-1",
        "exectrail-42-1-2", "exectrail-42-1-", "exectrail-42-1-A b", "exectrail-42-1 ",
        "perfetto-1-2", "my-exectrail-42-1"}) {
    EXPECT_FALSE(instanceOwner(name).has_value()) << name;
  }
}

TEST(InstanceName, SoDoesAGroupOfDynamicEvents) {
  EXPECT_EQ(groupName({42, 1234567}), "exectrail_42_1234567");
  const auto owner = groupOwner("exectrail_42_1234567");
  ASSERT_TRUE(owner.has_value());
  EXPECT_EQ(owner->pid, 42);
  EXPECT_EQ(owner->startTicks, 1234567U);
  for (const char* name : {"", "exectrail_", "exectrail_42", "exectrail_42_", "exectrail_x_1",
                           "exectrail_42_1_2", "exectrail-42-1", "exectrail_probe", "kprobes"}) {
    EXPECT_FALSE(groupOwner(name).has_value()) << name;
  }
}

TEST(InstanceName, LiveAndDeadOwners) {
  const InstanceOwner self = thisOwner();
  EXPECT_TRUE(isAlive(self));
  // The same pid with another start is another process.
  EXPECT_FALSE(isAlive({self.pid, self.startTicks + 1}));

  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(isAlive({child, self.startTicks}));
}

}  // namespace
}  // namespace exectrail::recorder
