// /proc/PID/stat and status as kernels and hostile processes make them.
#include "recorder/proc/proc_status.h"

#include <gtest/gtest.h>

#include <random>

namespace exectrail::recorder {
namespace {

// proc_pid_stat(5) with the given name; start time 228166, arguments at 0x7ffc0010 to 0x7ffc0042.
std::string statOf(const std::string& comm, const std::string& session = "1127",
                   const std::string& terminal = "34816") {
  return "8068 (" + comm + ") S 1126 8068 " + session + " " + terminal +
         " 8068 4194560 120 0 0 0 1 2 0 0 20 0 1 0 228166 4874240 800 "
         "18446744073709551615 1 2 3 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 4 5 6 2147221520 2147221570 "
         "7 8 0\n";
}

TEST(ProcStat, Fields) {
  const auto stat = parseStat(statOf("sh"));
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->comm, "sh");
  EXPECT_EQ(stat->state, 'S');
  EXPECT_TRUE(stat->attached);
  EXPECT_EQ(stat->parentPid, 1126U);
  EXPECT_EQ(stat->sessionId, 1127U);
  EXPECT_EQ(stat->terminal, 34816U);
  EXPECT_EQ(stat->startTicks, 228166U);
  EXPECT_EQ(stat->argumentsEnd - stat->argumentsBegin, 50U);
}

TEST(ProcStat, ANameCannotForgeTheFieldsBehindIt) {
  for (const std::string name : {") S 1 1 1", "a b", "((", "x) R 1 (y", "", "\n"}) {
    const auto stat = parseStat(statOf(name));
    ASSERT_TRUE(stat.has_value()) << name;
    EXPECT_EQ(stat->comm, name);
    EXPECT_EQ(stat->parentPid, 1126U);
    EXPECT_EQ(stat->startTicks, 228166U);
  }
}

TEST(ProcStat, AProcessTakenApartHasNoSessionAnyMore) {
  const auto stat = parseStat(statOf("sh", "-1"));
  ASSERT_TRUE(stat.has_value());
  EXPECT_FALSE(stat->attached);
  EXPECT_EQ(stat->startTicks, 228166U);
}

TEST(ProcStat, TerminalsAreDeviceNumbersOf32Bits) {
  EXPECT_EQ(parseStat(statOf("sh", "1", "-2147450880"))->terminal, 0x80008000U);
  EXPECT_EQ(parseStat(statOf("sh", "1", "4294967295"))->terminal, 0xffffffffU);
  EXPECT_FALSE(parseStat(statOf("sh", "1", "4294967296")).has_value());
}

TEST(ProcStat, WhatIsNoStatIsRefused) {
  for (const char* text : {"", "8068", "8068 (sh", "8068 sh) S 1", ")(", "8068 (sh) S 1 2 3",
                           "1 (sh)", "1 (sh) ", "1 (sh) S", "1 (sh)  1 2 3"}) {
    EXPECT_FALSE(parseStat(text).has_value()) << text;
  }
  EXPECT_FALSE(parseStat(statOf("sh", "-2")).has_value());
  EXPECT_FALSE(parseStat(statOf("sh", "x")).has_value());
  EXPECT_FALSE(parseStat(statOf("sh", "99999999999")).has_value());
}

TEST(ProcStat, EveryPrefixIsRefusedOrSaysTheSame) {
  const std::string whole = statOf("sh");
  const std::size_t startEnds = whole.find("228166") + 6;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto stat = parseStat(std::string_view(whole).substr(0, size));
    ASSERT_EQ(stat.has_value(), size > startEnds) << size;
    if (stat) {
      EXPECT_EQ(stat->startTicks, 228166U);
    }
  }
}

// What counts of a status of Linux 6.18, some lines left out.
std::string statusWith(const std::string& instead = "", const std::string& of = "") {
  std::string text =
      "Name:\tUid:\\t9\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t42\nNgid:\t0\nPid:\t42\n"
      "PPid:\t41\nTracerPid:\t0\nUid:\t1000\t0\t0\t0\nGid:\t1001\t1002\t1002\t1002\nFDSize:\t64\n"
      "Groups:\t \nNStgid:\t42\nThreads:\t1\nSigQ:\t1/96365\nCapInh:\t0000000800000000\n"
      "CapPrm:\t000001fffeffffff\nCapEff:\t0000000000000001\nCapBnd:\t000001fffeffffff\n"
      "CapAmb:\t0000000000000002\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n"
      "Cpus_allowed:\t3\n";
  if (const auto at = text.find(of); !of.empty() && at != std::string::npos) {
    text.replace(at, of.size(), instead);
  }
  return text;
}

TEST(ProcStatus, CredentialsAndPrivileges) {
  const auto status = parseStatus(statusWith());
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->tgid, 42U);
  EXPECT_EQ(status->parentPid, 41U);
  EXPECT_EQ(status->credentials, (trace::Credentials{1000, 0, 1001, 1002}));
  ASSERT_TRUE(status->privileges.has_value());
  EXPECT_EQ(*status->privileges, (trace::Privileges{1, 0x1fffeffffff, 0x800000000, 0x1fffeffffff, 2,
                                                    true, trace::SeccompMode::kFilter}));
}

TEST(ProcStatus, LinesOfNewerKernelsMayBeMissing) {
  const auto old = parseStatus(statusWith("", "CapAmb:\t0000000000000002\n"));
  ASSERT_TRUE(old.has_value());
  EXPECT_FALSE(old->privileges.has_value());
  const auto withoutSeccomp = parseStatus(statusWith("", "Seccomp:\t2\n"));
  ASSERT_TRUE(withoutSeccomp && withoutSeccomp->privileges);
  EXPECT_EQ(withoutSeccomp->privileges->seccomp, trace::SeccompMode::kUnknown);
  const auto newMode = parseStatus(statusWith("Seccomp:\t3\n", "Seccomp:\t2\n"));
  ASSERT_TRUE(newMode && newMode->privileges);
  EXPECT_EQ(newMode->privileges->seccomp, trace::SeccompMode::kUnknown);
}

TEST(ProcStatus, ANumberThatIsNoneIsNotZero) {
  EXPECT_FALSE(parseStatus(statusWith("Uid:\t1000\tx\t0\t0", "Uid:\t1000\t0\t0\t0")).has_value());
  EXPECT_FALSE(
      parseStatus(statusWith("Uid:\t4294967296\t0\t0\t0", "Uid:\t1000\t0\t0\t0")).has_value());
  EXPECT_FALSE(parseStatus(statusWith("Uid:\t1000\t0\t0", "Uid:\t1000\t0\t0\t0")).has_value());
  EXPECT_FALSE(parseStatus(statusWith("Tgid:\t", "Tgid:\t42")).has_value());
  EXPECT_FALSE(parseStatus(statusWith("Gid:\t-1", "Gid:\t1001")).has_value());
  const auto wrongSet = parseStatus(statusWith("CapEff:\tg", "CapEff:\t0"));
  ASSERT_TRUE(wrongSet.has_value());
  EXPECT_FALSE(wrongSet->privileges.has_value());
}

TEST(ProcStatus, AnyBytes) {
  std::mt19937 random(11);
  const std::string whole = statusWith();
  for (int round = 0; round < 20'000; ++round) {
    std::string text = whole;
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    text.resize(random() % (text.size() + 1));
    if (const auto status = parseStatus(text); status && status->privileges) {
      EXPECT_NE(text.find("CapAmb:"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace exectrail::recorder
