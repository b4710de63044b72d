// What is left after privileges are dropped, seen by the kernel (/proc/self/status). In children,
// because there is no way back. As a user without capabilities there is less to see; the live tests
// look at a real recorder.
#include "recorder/privileges.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

namespace exectrail::recorder {
namespace {

std::uint64_t statusNumber(const std::string& name, int base) {
  std::ifstream status("/proc/thread-self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":"))
      return std::stoull(line.substr(name.size() + 1), nullptr, base);
  }
  return ~std::uint64_t{0};
}

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }
// Numbers of capability.h, which the recorder's own table does not hand out.
constexpr std::uint64_t kChown = bit(0), kDacOverride = bit(1), kDacReadSearch = bit(2),
                        kKill = bit(5), kIpcLock = bit(14), kSysPtrace = bit(19),
                        kSysNice = bit(23), kPerfmon = bit(38);
constexpr std::uint64_t kAlways = kDacReadSearch | kIpcLock | kSysPtrace | kSysNice | kPerfmon;

// Drops privileges in a child. Returns "" or the name of what is not as it should be.
std::string dropped(const PrivilegeNeeds& needs, std::uint64_t kept) {
  int ends[2];
  if (::pipe(ends) != 0) return "pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    const std::uint64_t before = statusNumber("CapEff", 16);
    std::string wrong;
    dropPrivileges(needs, [&](const std::string& line) { wrong += line; });
    for (const char* set : {"CapEff", "CapPrm"}) {
      if (statusNumber(set, 16) != (before & kept)) wrong += set;
    }
    const bool setpcap = (before & bit(8)) != 0;
    if (setpcap && statusNumber("CapBnd", 16) != 0) wrong += "CapBnd";
    if (statusNumber("CapInh", 16) != 0 || statusNumber("CapAmb", 16) != 0) wrong += "CapInh";
    if (statusNumber("NoNewPrivs", 10) != 1) wrong += "NoNewPrivs";
    if (::prctl(PR_GET_DUMPABLE) != 0) wrong += "dumpable";
    const auto ignored = ::write(ends[1], wrong.data(), wrong.size());
    ::_exit(ignored < 0);
  }
  ::close(ends[1]);
  std::string wrong;
  char buffer[256];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    wrong.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? wrong : "ended with " + std::to_string(status);
}

TEST(Privileges, OnlyWhatIsNeededToTheEndIsKept) {
  EXPECT_EQ(dropped({}, kAlways), "");
  EXPECT_EQ(dropped({.otherUsersCommand = true}, kAlways | kKill), "");
  EXPECT_EQ(dropped({.opensFilesLater = true}, kAlways | kChown | kDacOverride), "");
}

TEST(Privileges, NeedsNameEachCapabilityAndWhetherItIsHeld) {
  const std::vector<CapabilityNeed> needs = capabilityNeeds();
  const auto ptrace = std::find_if(needs.begin(), needs.end(),
                                   [](const auto& need) { return need.name == "sys_ptrace"; });
  ASSERT_NE(ptrace, needs.end());
  EXPECT_EQ(ptrace->held, (statusNumber("CapEff", 16) & kSysPtrace) != 0);
  for (const CapabilityNeed& need : needs) EXPECT_NE(need.why, "") << need.name;
}

}  // namespace
}  // namespace exectrail::recorder
