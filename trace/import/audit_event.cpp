#include "trace/import/audit_event.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>

namespace exectrail::trace {
namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;
constexpr std::uint64_t kMsPerSecond = 1'000;
constexpr std::uint64_t kCloneThread = 0x00010000;  // CLONE_THREAD of linux/sched.h

enum class Call { kOther, kExecve, kExecveat, kFork, kClone, kExitGroup };

// Numbers of system calls by AUDIT_ARCH_* of linux/audit.h; from the kernel's tables.
struct Numbers {
  std::uint32_t architecture;
  std::uint32_t execve, execveat, fork, vfork, clone, exitGroup;
};
constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::array<Numbers, 7> kNumbers = {{
    {0xc000003e, 59, 322, 57, 58, 56, 231},         // x86_64
    {0x40000003, 11, 358, 2, 190, 120, 252},        // i386
    {0xc00000b7, 221, 281, kNone, kNone, 220, 94},  // aarch64
    {0xc00000f3, 221, 281, kNone, kNone, 220, 94},  // riscv64
    {0x40000028, 11, 387, 2, 190, 120, 248},        // arm
    {0xc0000015, 11, 362, 2, 189, 120, 234},        // ppc64le
    {0x80000016, 11, 354, 2, 190, 120, 248},        // s390x
}};
constexpr std::uint32_t kX86_64 = 0xc000003e;
constexpr std::uint32_t kX32Execve = 0x40000000 + 520;
constexpr std::uint32_t kX32Execveat = 0x40000000 + 545;

Call callNamed(std::string_view name) {
  if (name == "execve") return Call::kExecve;
  if (name == "execveat") return Call::kExecveat;
  if (name == "fork" || name == "vfork") return Call::kFork;
  if (name == "clone") return Call::kClone;
  if (name == "exit_group") return Call::kExitGroup;
  return Call::kOther;
}

Call callOf(const AuditEvent::SystemCallRecord& record) {
  if (record.architecture == kX86_64 && record.number == kX32Execve) return Call::kExecve;
  if (record.architecture == kX86_64 && record.number == kX32Execveat) return Call::kExecveat;
  for (const Numbers& numbers : kNumbers) {
    if (numbers.architecture != record.architecture) continue;
    if (record.number == numbers.execve) return Call::kExecve;
    if (record.number == numbers.execveat) return Call::kExecveat;
    if (record.number == numbers.fork || record.number == numbers.vfork) return Call::kFork;
    if (record.number == numbers.clone) return Call::kClone;
    if (record.number == numbers.exitGroup) return Call::kExitGroup;
    return Call::kOther;
  }
  return callNamed(record.name);
}

// PATH item 0 is the typed file. Is it also the one that runs, and not a script?
bool samePlace(const AuditEvent& event, const std::string& executable) {
  if (!event.path) return false;
  if (event.path->starts_with('/')) return *event.path == executable;
  return event.workingDirectory && *event.workingDirectory + "/" + *event.path == executable;
}

}  // namespace

bool parseNumber(Bytes text, int base, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool parseDevice(Bytes text, FileIdentity& out) {
  const std::size_t colon = text.find(':');
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  if (colon == Bytes::npos || !parseNumber(text.substr(0, colon), 16, major) ||
      !parseNumber(text.substr(colon + 1), 16, minor) || major > 0xfff || minor > 0xfffff) {
    return false;
  }
  out.deviceMajor = static_cast<std::uint32_t>(major);
  out.deviceMinor = static_cast<std::uint32_t>(minor);
  return true;
}

bool parseAuditId(Bytes text, std::uint64_t& timeNs, std::uint64_t& serial) {
  const std::size_t dot = text.find('.');
  const std::size_t colon = text.find(':');
  std::uint64_t seconds = 0;
  std::uint64_t milliseconds = 0;
  if (dot == Bytes::npos || colon == Bytes::npos || colon < dot ||
      !parseNumber(text.substr(0, dot), 10, seconds) ||
      !parseNumber(text.substr(dot + 1, colon - dot - 1), 10, milliseconds) ||
      !parseNumber(text.substr(colon + 1), 10, serial)) {
    return false;
  }
  constexpr std::uint64_t kMostSeconds = std::numeric_limits<std::int64_t>::max() / 1'000'000'001;
  if (seconds > kMostSeconds || milliseconds >= kMsPerSecond) return false;
  timeNs = (seconds * kMsPerSecond + milliseconds) * kNsPerMs;
  return true;
}

bool AuditEvent::addArgument(std::uint64_t index, Bytes piece) {
  if (index >= kMaxSensorArguments || bytes_ + piece.size() > kMaxSensorBytes) {
    addCutArgument(index);
    return false;
  }
  arguments_[static_cast<std::uint32_t>(index)].append(piece);
  bytes_ += piece.size() + sizeof(std::string);
  return true;
}

void AuditEvent::addCutArgument(std::uint64_t index) {
  const auto cut = static_cast<std::uint32_t>(std::min<std::uint64_t>(index, kMaxSensorArguments));
  firstCut_ = std::min(firstCut_.value_or(cut), cut);
}

// The first ones, up to one that is missing or not whole.
void AuditEvent::interpretArguments(SensorEvent& out) const {
  if (!hasExecve) return;
  std::vector<std::string> found;
  std::uint64_t size = 0;
  for (const auto& [index, argument] : arguments_) {
    size += argument.size() + 1;
    if (index == found.size() && index < firstCut_.value_or(kNone)) found.push_back(argument);
  }
  const std::uint64_t most = std::max<std::uint64_t>(arguments_.size(), found.size());
  const std::uint64_t count = argumentCount.value_or(static_cast<std::uint32_t>(most));
  if (count > found.size() || arguments_.size() > found.size() || firstCut_) {
    // Every one that is missing had its terminator at least.
    const std::uint64_t missing = count > most ? count - most : 0;
    out.argumentBytes = size + missing + (firstCut_ ? 1 : 0);
  }
  if (argumentCount && *argumentCount >= found.size()) out.argumentCount = argumentCount;
  out.arguments = std::move(found);
}

bool AuditEvent::interpret(SensorEvent& out, bool& broken) const {
  broken = false;
  if (!call) {
    broken = hasExecve;
    return false;
  }
  Call kind = callOf(*call);
  if (kind == Call::kOther && hasExecve) kind = Call::kExecve;
  if (kind == Call::kOther) return false;
  out.timeNs = timeNs;
  out.sequence = serial;
  out.host = host;
  out.pid = call->pid;
  out.parentPid = call->parentPid;
  out.parent = parent;
  switch (kind) {
    case Call::kExitGroup:
      out.kind = SensorEvent::Kind::kExit;
      out.status = static_cast<std::uint32_t>(call->firstArgument & 0xffU) << 8;
      return true;
    case Call::kFork:
    case Call::kClone: {
      const bool thread = kind == Call::kClone && (call->firstArgument & kCloneThread) != 0;
      if (!call->success || thread || call->exit <= 0 || call->exit > 0x7fffffff) return false;
      out.kind = SensorEvent::Kind::kFork;
      out.childPid = static_cast<std::uint32_t>(call->exit);
      return true;
    }
    case Call::kExecveat:
      out.systemCall = SystemCall::kExecveat;
      break;
    case Call::kExecve:
    case Call::kOther:
      break;
  }
  out.typedPath = path;
  out.workingDirectory = workingDirectory;
  interpretArguments(out);
  if (!call->success) {
    if (call->exit >= 0 || call->exit < -4095) {
      broken = true;
      return false;
    }
    out.kind = SensorEvent::Kind::kAttempt;
    out.errorNumber = static_cast<std::uint16_t>(-call->exit);
    // Of the caller, which goes on.
  }
  out.executable = call->executable;
  out.comm = call->comm;
  out.credentials = call->credentials;
  out.login = call->login;
  if (call->success && call->executable && samePlace(*this, *call->executable)) {
    out.identity = pathIdentity;
  }
  return true;
}

}  // namespace exectrail::trace
