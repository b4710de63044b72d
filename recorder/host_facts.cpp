#include "recorder/host_facts.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <limits>
#include <string_view>

#include "recorder/proc/proc_files.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

std::string firstLine(const char* path) {
  const ReadResult text = readFileAt(AT_FDCWD, path, 4096);
  return text.bytes.substr(0, text.bytes.find('\n'));
}

// "ab12-…" -> bytes; zeros where the text is short.
trace::Uuid parseUuid(std::string_view text) {
  trace::Uuid id{};
  std::size_t digits = 0;
  for (const char c : text) {
    unsigned value = 0;
    if (c >= '0' && c <= '9') {
      value = static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = static_cast<unsigned>(c - 'a') + 10;
    } else {
      continue;
    }
    if (digits / 2 == id.size()) break;
    std::uint8_t& byte = id[digits / 2];
    byte = static_cast<std::uint8_t>(static_cast<unsigned>(byte) << 4 | value);
    ++digits;
  }
  return id;
}

// PRETTY_NAME="…" of os-release(5).
std::string osName() {
  const ReadResult text = readFileAt(AT_FDCWD, "/etc/os-release", 1 << 16);
  constexpr std::string_view kKey = "\nPRETTY_NAME=";
  const std::string bytes = "\n" + text.bytes;
  const auto at = bytes.find(kKey);
  if (at == std::string::npos) return {};
  const auto begin = at + kKey.size();
  std::string value = bytes.substr(begin, bytes.find('\n', begin) - begin);
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')) {
    value = value.substr(1, value.size() - 2);
  }
  return value;
}

std::uint64_t readClock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

UserList readUsers(const char* path) {
  constexpr std::size_t kMostBytes = std::size_t{4} << 20;
  constexpr std::size_t kMostUsers = 20'000;
  constexpr std::size_t kMostNameBytes = 256;
  UserList list;
  const ReadResult file = readFileAt(AT_FDCWD, path, kMostBytes);
  list.errorNumber = file.errorNumber;
  std::string_view text = file.bytes;
  while (!text.empty()) {
    const auto length = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, length);
    // Cut off: there is at least this line more.
    const bool cut = file.truncated && length == text.size();
    text.remove_prefix(std::min(length + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    // "name:password:uid:…"
    const std::string_view name = line.substr(0, line.find(':'));
    const auto password = line.find(':', std::min(name.size() + 1, line.size()));
    const auto behind = line.substr(std::min(password, line.size() - 1) + 1);
    const auto uid = parseNumber(behind.substr(0, behind.find(':')));
    const bool whole = password != std::string_view::npos && uid &&
                       *uid <= std::numeric_limits<std::uint32_t>::max() && !name.empty() &&
                       name.size() <= kMostNameBytes;
    if (cut || !whole || list.users.size() >= kMostUsers) {
      ++list.leftOut;
    } else {
      list.users.push_back({static_cast<std::uint32_t>(*uid), std::string(name)});
    }
  }
  return list;
}

trace::Host readHost() {
  utsname kernel{};
  ::uname(&kernel);
  trace::Host host;
  host.name = kernel.nodename;
  host.bootId = parseUuid(firstLine("/proc/sys/kernel/random/boot_id"));
  host.machineId = firstLine("/etc/machine-id");
  host.kernelRelease = kernel.release;
  host.kernelVersion = kernel.version;
  host.architecture = kernel.machine;
  host.osName = osName();
  host.users = readUsers("/etc/passwd").users;
  host.cpuCount = static_cast<std::uint32_t>(::sysconf(_SC_NPROCESSORS_CONF));
  return host;
}

trace::ClockReading readClocks() {
  // The reading between two of CLOCK_MONOTONIC that are closest together: least disturbed.
  trace::ClockReading best;
  std::uint64_t bestSpanNs = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t before = readClock(CLOCK_MONOTONIC);
    const std::uint64_t realtime = readClock(CLOCK_REALTIME);
    const std::uint64_t boottime = readClock(CLOCK_BOOTTIME);
    const std::uint64_t after = readClock(CLOCK_MONOTONIC);
    if (after - before >= bestSpanNs) continue;
    bestSpanNs = after - before;
    best = {before + (after - before) / 2, realtime, boottime};
  }
  return best;
}

trace::Uuid randomUuid() {
  trace::Uuid id{};
  if (::getrandom(id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
    throwErrno(errno, "cannot get random bytes for a recording id");
  }
  id[6] = static_cast<std::uint8_t>((id[6] & 0x0f) | 0x40);  // RFC 4122, version 4
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3f) | 0x80);
  return id;
}

void requireInitialPidNamespace() {
  // PROC_PID_INIT_INO of include/linux/proc_ns.h.
  constexpr std::string_view kInitial = "pid:[4026531836]";
  const ReadResult own = readLinkAt(AT_FDCWD, "/proc/self/ns/pid");
  if (own.errorNumber != 0) throwErrno(own.errorNumber, "cannot read /proc/self/ns/pid");
  if (own.bytes != kInitial) {
    throw EnvironmentError("this pid namespace (" + own.bytes +
                           ") is not the host's: record on the host, or in a container that shares "
                           "its pid namespace");
  }
}

}  // namespace exectrail::recorder
