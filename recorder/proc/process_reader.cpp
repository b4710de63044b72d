#include "recorder/proc/process_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <string_view>
#include <utility>

#include "recorder/proc/cgroup.h"
#include "recorder/proc/file_facts.h"
#include "recorder/proc/proc_status.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;
using trace::Field;

template <typename T>
Field<T> failed(int errorNumber) {
  return Field<T>::unreadable(static_cast<std::uint16_t>(errorNumber));
}

// One process, by its open directory.
class Reading {
 public:
  Reading(int directory, FileBuffer& buffer, ProcessReading& reading)
      : directory_(directory), buffer_(buffer), reading_(reading) {}

  Field<std::string> link(const char* name) {
    const FileBuffer::Result result = buffer_.readLinkAt(directory_, name);
    if (result.errorNumber != 0) return failed<std::string>(result.errorNumber);
    return {std::string(result.bytes), EvidenceClass::kProcfs};
  }

  void arguments() {
    const FileBuffer::Result result = buffer_.readFileAt(directory_, "cmdline", kMaxArgumentBytes);
    reading_.arguments = texts(result, splitArguments(result.bytes));
  }

  void environment(const std::vector<std::string>& names) {
    const FileBuffer::Result result =
        buffer_.readFileAt(directory_, "environ", kMaxEnvironmentBytes);
    std::vector<std::string> wanted;
    std::string_view left = result.bytes;
    while (!left.empty()) {
      const std::string_view variable = left.substr(0, left.find('\0'));
      left.remove_prefix(std::min(variable.size() + 1, left.size()));
      const std::string_view name = variable.substr(0, variable.find('='));
      if (name.size() == variable.size()) continue;  // no '='
      if (std::find(names.begin(), names.end(), name) != names.end()) {
        wanted.emplace_back(variable);
      }
    }
    environmentEmpty_ = result.bytes.empty();
    reading_.environment = texts(result, std::move(wanted));
  }

  void namespaces() {
    static constexpr std::pair<const char*, std::uint64_t trace::Namespaces::*> kNames[] = {
        {"ns/mnt", &trace::Namespaces::mount},    {"ns/uts", &trace::Namespaces::uts},
        {"ns/ipc", &trace::Namespaces::ipc},      {"ns/pid", &trace::Namespaces::pid},
        {"ns/user", &trace::Namespaces::user},    {"ns/net", &trace::Namespaces::net},
        {"ns/cgroup", &trace::Namespaces::cgroup}};
    int error = 0;
    bool any = false;
    for (const auto& [name, inode] : kNames) {
      struct statx facts {};
      if (::statx(directory_, name, AT_STATX_DONT_SYNC, STATX_INO, &facts) != 0) {
        error = errno;
        continue;
      }
      reading_.namespaces.value.*inode = facts.stx_ino;
      any = true;
    }
    if (any) {
      reading_.namespaces.evidence = {EvidenceClass::kProcfs};
    } else {
      reading_.namespaces = failed<trace::Namespaces>(error);
    }
  }

  void cgroup() {
    const FileBuffer::Result result = buffer_.readFileAt(directory_, "cgroup");
    const auto path = cgroupPath(result.bytes);
    if (result.errorNumber != 0 || !path) {
      const int error = result.errorNumber != 0 ? result.errorNumber : EBADMSG;
      reading_.cgroup = failed<std::string>(error);
      reading_.containerId = failed<std::string>(error);
      return;
    }
    reading_.cgroup = {std::string(*path), EvidenceClass::kProcfs};
    reading_.containerId = {std::string(containerIdIn(result.bytes)), EvidenceClass::kInferred};
  }

  void stat() {
    const FileBuffer::Result result = buffer_.readFileAt(directory_, "stat");
    const auto stat = result.errorNumber == 0 ? parseStat(result.bytes) : std::nullopt;
    const int error = result.errorNumber != 0 ? result.errorNumber : EBADMSG;
    if (!stat) {
      reading_.startBoottimeNs = failed<std::uint64_t>(error);
      reading_.parentPid = failed<std::uint32_t>(error);
      reading_.comm = failed<std::string>(error);
      reading_.session = failed<trace::Session>(error);
      return;
    }
    reading_.startBoottimeNs = {stat->startTicks * clockTickNs(), EvidenceClass::kProcfs};
    reading_.comm = {stat->comm, EvidenceClass::kProcfs};
    if (stat->attached) {
      reading_.parentPid = {stat->parentPid, EvidenceClass::kProcfs};
      reading_.session = {{stat->sessionId, stat->terminal}, EvidenceClass::kProcfs};
    } else {
      reading_.parentPid = failed<std::uint32_t>(ESRCH);
      reading_.session = failed<trace::Session>(ESRCH);
    }
    if (reading_.arguments.evidence.truncated() && stat->argumentsEnd > stat->argumentsBegin) {
      reading_.arguments.evidence.originalLength = stat->argumentsEnd - stat->argumentsBegin;
    }
  }

  void credentials() {
    const FileBuffer::Result result = buffer_.readFileAt(directory_, "status");
    const auto status = result.errorNumber == 0 ? parseStatus(result.bytes) : std::nullopt;
    const int error = result.errorNumber != 0 ? result.errorNumber : EBADMSG;
    reading_.credentials = failed<trace::Credentials>(error);
    reading_.privileges = failed<trace::Privileges>(error);
    if (!status) return;
    reading_.credentials = {status->credentials, EvidenceClass::kProcfs};
    if (status->privileges) reading_.privileges = {*status->privileges, EvidenceClass::kProcfs};
    // 0 is also the parent of what is being taken apart; only stat tells them apart.
    if (status->parentPid != 0 && !reading_.parentPid.known()) {
      reading_.parentPid = {status->parentPid, EvidenceClass::kProcfs};
    }
  }

  // A process that has begun to exit has no memory any more: its arguments then read as empty,
  // which must not look like an exec without arguments. So ask again for the link that vanishes
  // first.
  void checkMemory() {
    const bool noArguments = reading_.arguments.known() && reading_.arguments.value.empty();
    const bool noEnvironment = reading_.environment.known() && environmentEmpty_;
    if (!noArguments && !noEnvironment) return;
    const FileBuffer::Result again = buffer_.readLinkAt(directory_, "exe");
    // Since Linux 5.18 an image has an argument at least: who is in the middle of the next exec has
    // none for a moment, and so has who took its own away.
    const int why = again.errorNumber != 0 ? again.errorNumber : ESTALE;
    if (noArguments) reading_.arguments = failed<std::vector<std::string>>(why);
    if (again.errorNumber == 0) return;
    if (noEnvironment) reading_.environment = failed<std::vector<std::string>>(again.errorNumber);
  }

 private:
  static Field<std::vector<std::string>> texts(const FileBuffer::Result& result,
                                               std::vector<std::string>&& values) {
    if (result.errorNumber != 0) return failed<std::vector<std::string>>(result.errorNumber);
    Field<std::vector<std::string>> field(std::move(values), EvidenceClass::kProcfs);
    if (result.truncated) field.evidence.originalLength = result.bytes.size() + 1;
    return field;
  }

  int directory_;
  FileBuffer& buffer_;
  ProcessReading& reading_;
  bool environmentEmpty_ = false;
};

void noneReadable(int errorNumber, Facts wanted, ProcessReading& reading) {
  const auto fail = [&]<typename T>(Facts fact, Field<T>& field) {
    if ((wanted & fact) != 0) field = failed<T>(errorNumber);
  };
  fail(facts::kStat, reading.startBoottimeNs);
  fail(facts::kStat | facts::kCredentials, reading.parentPid);
  fail(facts::kStat, reading.comm);
  fail(facts::kStat, reading.session);
  fail(facts::kExecutable, reading.executable);
  fail(facts::kFile, reading.file);
  fail(facts::kArguments, reading.arguments);
  fail(facts::kEnvironment, reading.environment);
  fail(facts::kWorkingDirectory, reading.workingDirectory);
  fail(facts::kNamespaces, reading.namespaces);
  fail(facts::kCgroup, reading.cgroup);
  fail(facts::kCgroup, reading.containerId);
  fail(facts::kCredentials, reading.credentials);
  fail(facts::kCredentials, reading.privileges);
  fail(facts::kLogin, reading.login);
}

FileDescriptor openProcess(std::int32_t pid) {
  std::array<char, 32> path = {'/', 'p', 'r', 'o', 'c', '/'};
  std::to_chars(path.data() + 6, path.data() + path.size() - 1, pid);
  return FileDescriptor(::open(path.data(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

trace::Field<trace::Bytes> view(const Field<std::string>& field) {
  return {trace::Bytes(field.value), field.evidence};
}

}  // namespace

ProcessReader::ProcessReader(std::vector<std::string> environmentNames)
    : environmentNames_(std::move(environmentNames)),
      buffer_(environmentNames_.empty() ? kMaxArgumentBytes : kMaxEnvironmentBytes) {}

ProcessReading ProcessReader::read(std::int32_t pid, Facts wanted) {
  ProcessReading reading;
  reading.beginNs = monotonicNowNs();
  const FileDescriptor directory = openProcess(pid);
  if (!directory.valid()) {
    noneReadable(errno, wanted, reading);
    reading.endNs = monotonicNowNs();
    return reading;
  }
  Reading parts(directory.get(), buffer_, reading);
  if ((wanted & facts::kExecutable) != 0) reading.executable = parts.link("exe");
  if ((wanted & facts::kFile) != 0) {
    reading.file = statFile(directory.get(), "exe", &reading.mountId);
  }
  if ((wanted & facts::kArguments) != 0) parts.arguments();
  if ((wanted & facts::kEnvironment) != 0 && !environmentNames_.empty()) {
    parts.environment(environmentNames_);
  }
  if ((wanted & facts::kWorkingDirectory) != 0) reading.workingDirectory = parts.link("cwd");
  if ((wanted & facts::kNamespaces) != 0) parts.namespaces();
  if ((wanted & facts::kCgroup) != 0) parts.cgroup();
  if ((wanted & facts::kStat) != 0) parts.stat();
  if ((wanted & facts::kCredentials) != 0) parts.credentials();
  if ((wanted & facts::kLogin) != 0) reading.login = logins_.read(directory.get(), buffer_);
  parts.checkMemory();
  reading.endNs = monotonicNowNs();
  return reading;
}

ProcessReading ProcessReader::ofNone(Facts wanted) {
  ProcessReading reading;
  reading.beginNs = reading.endNs = monotonicNowNs();
  noneReadable(ENOENT, wanted, reading);
  return reading;
}

void fillImage(const ProcessReading& reading, trace::Image& image, trace::Context& context) {
  image.executable = view(reading.executable);
  image.file = reading.file;
  image.arguments.value.assign(reading.arguments.value.begin(), reading.arguments.value.end());
  image.arguments.evidence = reading.arguments.evidence;
  image.workingDirectory = view(reading.workingDirectory);
  image.comm = view(reading.comm);
  image.parentPid = reading.parentPid;
  context.credentials = reading.credentials;
  context.privileges = reading.privileges;
  context.login = reading.login;
  context.session = reading.session;
  context.namespaces = reading.namespaces;
  context.cgroup = view(reading.cgroup);
  context.containerId = view(reading.containerId);
  context.environment.value.assign(reading.environment.value.begin(),
                                   reading.environment.value.end());
  context.environment.evidence = reading.environment.evidence;
}

std::uint64_t monotonicNowNs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

std::uint64_t clockTickNs() {
  static const long kTicksPerSecond = ::sysconf(_SC_CLK_TCK);
  return 1'000'000'000 / static_cast<std::uint64_t>(kTicksPerSecond);
}

}  // namespace exectrail::recorder
