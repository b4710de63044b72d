// What a webhook keeps on disk: in order, across restarts, within its limits; and its signature.
// What it says to servers is tests/cli/webhook_test.py.
#include "analyzer/sinks/spool.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "analyzer/sinks/http_post.h"
#include "analyzer/sinks/webhook_sink.h"
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

TEST(WebhookSink, AFailureThatIsOverBeforeAnybodyLooksIsCounted) {
  const FileDescriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(server.get(), any, size), 0);
  ASSERT_EQ(::getsockname(server.get(), any, &size), 0);
  WebhookSink sink(
      parseSink("webhook:http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/"));
  const auto waitFor = [](const std::function<bool()>& condition) {
    for (int i = 0; i < 3000 && !condition(); ++i) ::usleep(10'000);
    return condition();
  };
  sink.add("{}", Severity::kHigh, 0, "h");
  EXPECT_TRUE(waitFor([&] { return sink.state().failing; })) << "nobody listens yet";

  ASSERT_EQ(::listen(server.get(), 1), 0);
  const FileDescriptor client(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC));
  char request[4096];
  ASSERT_GT(::recv(client.get(), request, sizeof request, 0), 0);
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  ASSERT_GT(::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL), 0);
  EXPECT_TRUE(waitFor([&] { return sink.state().sent == 1; }));
  EXPECT_FALSE(sink.state().failing);
  EXPECT_EQ(sink.state().failures, 1U);
  EXPECT_NE(sink.state().why, "") << "of the failure";
}

}  // namespace
}  // namespace exectrail::analyzer
