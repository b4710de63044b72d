// What a webhook keeps on disk: in order, across restarts, within its limits; and its signature.
// What it says to servers is tests/cli/webhook_test.py.
#include "analyzer/sinks/spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analyzer/sinks/http_post.h"
#include "tests/support/temporary_folder.h"
#include "trace/errors.h"

namespace exectrail::analyzer {
namespace {

namespace fs = std::filesystem;

class SpoolTest : public testing::Test {
 protected:
  test::TemporaryFolder all_;
  std::string folder_ = all_.path() + "/spool";
};

TEST_F(SpoolTest, KeepsItsOrderAcrossRestarts) {
  {
    Spool spool(folder_);
    EXPECT_TRUE(spool.empty());
    for (const char* text : {"a\n", "b\n", "c\n"}) EXPECT_TRUE(spool.add(text));
    EXPECT_EQ(spool.bytes(), 6U);
    EXPECT_EQ(spool.oldest(), "a\n");
    spool.removeOldest();
  }
  // A kill in the middle of writing leaves this; nothing of it was promised.
  std::ofstream(folder_ + "/new") << "half";
  Spool spool(folder_);
  EXPECT_TRUE(spool.add("d\n"));
  for (const char* text : {"b\n", "c\n", "d\n"}) {
    EXPECT_EQ(spool.oldest(), text);
    spool.removeOldest();
  }
  EXPECT_TRUE(spool.empty());
  EXPECT_EQ(spool.bytes(), 0U);
}

TEST_F(SpoolTest, OneSinkHasIt) {
  const Spool spool(folder_);
  EXPECT_THROW(Spool{folder_}, EnvironmentError);
}

TEST_F(SpoolTest, WhatCannotBeReadIsLeftOut) {
  {
    Spool spool(folder_);
    EXPECT_TRUE(spool.add("a\n"));
    EXPECT_TRUE(spool.add("b\n"));
    EXPECT_TRUE(spool.add("c\n"));
  }
  std::ofstream(folder_ + "/000000000001.batch");
  Spool spool(folder_);
  fs::remove(folder_ + "/000000000002.batch");
  EXPECT_EQ(spool.oldest(), std::nullopt) << "it is empty";
  EXPECT_EQ(spool.oldest(), std::nullopt) << "it is gone";
  EXPECT_EQ(spool.oldest(), "c\n");
  EXPECT_EQ(spool.bytes(), 2U);
}

TEST_F(SpoolTest, HasLimits) {
  {
    const Spool spool(folder_);
    std::ofstream(folder_ + "/000000000007.batch");
    fs::resize_file(folder_ + "/000000000007.batch", Spool::kMostBytes - 5);  // a hole
    std::ofstream(folder_ + "/dead-letter.ndjson");
    fs::resize_file(folder_ + "/dead-letter.ndjson", Spool::kMostDeadBytes - 5);
  }
  Spool spool(folder_);
  EXPECT_FALSE(spool.add("123456"));
  EXPECT_TRUE(spool.add("12345"));
  EXPECT_FALSE(spool.addDead("123456"));
  EXPECT_TRUE(spool.addDead("12345"));
  EXPECT_EQ(spool.oldest(), std::nullopt) << "no batch of ours is that large";
  EXPECT_EQ(spool.oldest(), "12345");
}

TEST(Signature, IsHmacSha256) {
  // RFC 4231, test case 2.
  EXPECT_EQ(signatureOf("what do ya want for nothing?", "Jefe"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace exectrail::analyzer
