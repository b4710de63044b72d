// What a buffer of tracefs says of itself at the end.
#include "recorder/sources/private_instance.h"

#include <gtest/gtest.h>

namespace exectrail::recorder {
namespace {

// As Linux 6.12 had it, emulated, when every read said that there was nothing.
TEST(PrivateInstance, WhatIsHandedOutToNobodyIsLost) {
  EXPECT_EQ(lostOf("entries: 3\noverrun: 0\ncommit overrun: 0\nbytes: 104\n"
                   "oldest event ts:    70.281913\nnow ts:    70.344867\n"
                   "dropped events: 0\nread events: 399230\n"),
            3U);
}

TEST(PrivateInstance, EachWayToLoseCounts) {
  EXPECT_EQ(lostOf("entries: 1\noverrun: 20\ncommit overrun: 300\nbytes: 9\n"
                   "dropped events: 4000\nread events: 7\n"),
            4321U);
  EXPECT_EQ(lostOf("entries: 0\noverrun: 0\ncommit overrun: 0\ndropped events: 0\n"), 0U);
}

}  // namespace
}  // namespace exectrail::recorder
