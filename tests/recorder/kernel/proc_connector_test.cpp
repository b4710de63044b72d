// Messages of the process connector, whole, cut and made up.
#include "recorder/kernel/proc_connector.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

namespace exectrail::recorder {
namespace {

// An exit as Linux 6.18 sent it: nlmsghdr, cn_msg, proc_event. Thread 28326 of process 28325 on CPU
// 1, status 0x300, at 15949112375550 ns.
std::vector<std::byte> exitMessage() {
  static constexpr unsigned char kBytes[] = {
      76, 0, 0, 0, 3,    0,    0,    0,    9,    0,    0, 0, 0,    0,    0, 0, 1,    0,    0, 0,
      1,  0, 0, 0, 9,    0,    0,    0,    0,    0,    0, 0, 40,   0,    0, 0, 0,    0,    0, 0x80,
      1,  0, 0, 0, 0xfe, 0xd0, 0x20, 0x71, 0x81, 0x0e, 0, 0, 0xa6, 0x6e, 0, 0, 0xa5, 0x6e, 0, 0,
      0,  3, 0, 0, 17,   0,    0,    0,    0x7f, 0x6e, 0, 0, 0x7f, 0x6e, 0, 0};
  std::vector<std::byte> bytes(sizeof kBytes);
  std::memcpy(bytes.data(), kBytes, sizeof kBytes);
  return bytes;
}

TEST(ProcConnector, AnExit) {
  const auto message = decodeConnector(exitMessage());
  ASSERT_TRUE(message && message->exit);
  EXPECT_EQ(message->exit->tgid, 28325);
  EXPECT_EQ(message->exit->tid, 28326);
  EXPECT_EQ(message->exit->status, 0x300U);
  EXPECT_EQ(message->exit->cpu, 1);
  EXPECT_EQ(message->exit->timeNs, 0x0e817120d0feU);
}

TEST(ProcConnector, AnAnswer) {
  std::vector<std::byte> bytes = exitMessage();
  std::memset(bytes.data() + 36, 0, 4);
  bytes[28] = std::byte{43};  // cn_msg.ack
  bytes[52] = std::byte{1};   // EPERM
  const auto message = decodeConnector(bytes);
  ASSERT_TRUE(message && !message->exit);
  EXPECT_EQ(message->answerTo, 42U);
  EXPECT_EQ(message->answer, 1 | 0x6e00);
}

TEST(ProcConnector, WhatIsNoWholeMessageIsRefused) {
  const std::vector<std::byte> whole = exitMessage();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decodeConnector(std::span(whole).first(size))) << size;
  }
  // One field wrong: kind of netlink message, its length, connector's index and value, length of
  // the event, kind of event.
  for (const std::size_t at : {4U, 0U, 1U, 16U, 20U, 32U, 36U}) {
    std::vector<std::byte> bytes = whole;
    bytes[at] = std::byte{1} | std::byte{static_cast<unsigned char>(at == 16 || at == 20 ? 2 : 0)};
    EXPECT_FALSE(decodeConnector(bytes)) << at;
  }
}

TEST(ProcConnector, AnyBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> bytes = exitMessage();
    for (unsigned flips = random() % 4; flips > 0; --flips) {
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    }
    bytes.resize(random() % (bytes.size() + 1));
    const auto message = decodeConnector(bytes);
    EXPECT_TRUE(!message || bytes.size() == exitMessage().size());
  }
}

}  // namespace
}  // namespace exectrail::recorder
