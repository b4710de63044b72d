#include "recorder/proc/process_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "recorder/proc/proc_files.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;
using trace::Field;

template <typename T>
Field<T> failed(int errorNumber) {
  return Field<T>::unreadable(static_cast<std::uint16_t>(errorNumber));
}

Field<std::string> readLinkField(int directory, const char* link) {
  ReadResult result = readLinkAt(directory, link);
  if (result.errorNumber != 0) return failed<std::string>(result.errorNumber);
  Field<std::string> field(std::move(result.bytes), EvidenceClass::kProcfs);
  // The kernel fills the buffer and does not say how much more there was.
  if (result.truncated) field.evidence.originalLength = field.value.size() + 1;
  return field;
}

Field<trace::FileFacts> readFileFacts(int directory) {
  struct statx facts {};
  // Through the magic link: the file that runs, whatever its path names by now.
  if (::statx(directory, "exe", 0, STATX_BASIC_STATS, &facts) != 0) {
    return failed<trace::FileFacts>(errno);
  }
  trace::FileFacts file;
  file.deviceMajor = facts.stx_dev_major;
  file.deviceMinor = facts.stx_dev_minor;
  file.inode = facts.stx_ino;
  file.mode = facts.stx_mode;
  file.uid = facts.stx_uid;
  file.gid = facts.stx_gid;
  file.sizeBytes = facts.stx_size;
  file.linkCount = facts.stx_nlink;
  file.changeTimeNs = facts.stx_ctime.tv_sec * 1'000'000'000 + facts.stx_ctime.tv_nsec;
  return {file, EvidenceClass::kProcfs};
}

Field<std::vector<std::string>> readArguments(int directory) {
  const ReadResult result = readFileAt(directory, "cmdline", kMaxArgumentBytes);
  if (result.errorNumber != 0) return failed<std::vector<std::string>>(result.errorNumber);
  Field<std::vector<std::string>> field(splitArguments(result.bytes), EvidenceClass::kProcfs);
  if (result.truncated) field.evidence.originalLength = result.bytes.size() + 1;
  return field;
}

void readStat(int directory, ProcessReading& reading) {
  const ReadResult result = readFileAt(directory, "stat", 4096);
  const auto stat = result.errorNumber == 0 ? parseStat(result.bytes) : std::nullopt;
  if (!stat) {
    const int error = result.errorNumber != 0 ? result.errorNumber : EBADMSG;
    reading.startBoottimeNs = failed<std::uint64_t>(error);
    reading.parentPid = failed<std::uint32_t>(error);
    reading.comm = failed<std::string>(error);
    reading.session = failed<trace::Session>(error);
    return;
  }
  reading.startBoottimeNs = {stat->startTicks * clockTickNs(), EvidenceClass::kProcfs};
  reading.parentPid = {stat->parentPid, EvidenceClass::kProcfs};
  reading.comm = {stat->comm, EvidenceClass::kProcfs};
  reading.session = {{stat->sessionId, stat->terminal}, EvidenceClass::kProcfs};
  if (reading.arguments.evidence.truncated() && stat->argumentsEnd > stat->argumentsBegin) {
    reading.arguments.evidence.originalLength = stat->argumentsEnd - stat->argumentsBegin;
  }
}

void readCredentials(int directory, ProcessReading& reading) {
  const ReadResult result = readFileAt(directory, "status", 8192);
  const auto status = result.errorNumber == 0 ? parseStatus(result.bytes) : std::nullopt;
  if (status) {
    reading.credentials = {status->credentials, EvidenceClass::kProcfs};
  } else {
    reading.credentials =
        failed<trace::Credentials>(result.errorNumber != 0 ? result.errorNumber : EBADMSG);
  }
  const ReadResult uid = readFileAt(directory, "loginuid", 32);
  const ReadResult session = readFileAt(directory, "sessionid", 32);
  const auto uidNumber = parseNumber(uid.bytes);
  const auto sessionNumber = parseNumber(session.bytes);
  if (uidNumber && sessionNumber) {
    reading.login = {
        {static_cast<std::uint32_t>(*uidNumber), static_cast<std::uint32_t>(*sessionNumber)},
        EvidenceClass::kProcfs};
  } else {
    // Kernels without audit have no such files.
    reading.login = failed<trace::Login>(uid.errorNumber != 0 ? uid.errorNumber : EBADMSG);
  }
}

void allUnreadable(int errorNumber, ProcessReading& reading) {
  reading.startBoottimeNs = failed<std::uint64_t>(errorNumber);
  reading.parentPid = failed<std::uint32_t>(errorNumber);
  reading.executable = failed<std::string>(errorNumber);
  reading.file = failed<trace::FileFacts>(errorNumber);
  reading.arguments = failed<std::vector<std::string>>(errorNumber);
  reading.workingDirectory = failed<std::string>(errorNumber);
  reading.comm = failed<std::string>(errorNumber);
  reading.credentials = failed<trace::Credentials>(errorNumber);
  reading.login = failed<trace::Login>(errorNumber);
  reading.session = failed<trace::Session>(errorNumber);
}

}  // namespace

ProcessReading readProcess(std::int32_t pid) {
  ProcessReading reading;
  reading.beginNs = monotonicNowNs();
  const std::string path = "/proc/" + std::to_string(pid);
  const FileDescriptor directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) {
    allUnreadable(errno, reading);
    reading.endNs = monotonicNowNs();
    return reading;
  }
  reading.executable = readLinkField(directory.get(), "exe");
  reading.arguments = readArguments(directory.get());
  reading.file = readFileFacts(directory.get());
  reading.workingDirectory = readLinkField(directory.get(), "cwd");
  readStat(directory.get(), reading);
  readCredentials(directory.get(), reading);
  // A process that has begun to exit has no memory any more: its cmdline then reads as empty, which
  // must not look like an exec without arguments. So ask again for the link that vanishes first.
  if (reading.arguments.known() && reading.arguments.value.empty()) {
    const ReadResult again = readLinkAt(directory.get(), "exe");
    if (again.errorNumber != 0) {
      reading.arguments = failed<std::vector<std::string>>(again.errorNumber);
    }
  }
  reading.endNs = monotonicNowNs();
  return reading;
}

void fillImage(const ProcessReading& reading, trace::Image& image, trace::Context& context) {
  image.executable = {trace::Bytes(reading.executable.value), reading.executable.evidence};
  image.file = reading.file;
  image.arguments.value.assign(reading.arguments.value.begin(), reading.arguments.value.end());
  image.arguments.evidence = reading.arguments.evidence;
  image.workingDirectory = {trace::Bytes(reading.workingDirectory.value),
                            reading.workingDirectory.evidence};
  image.comm = {trace::Bytes(reading.comm.value), reading.comm.evidence};
  context.credentials = reading.credentials;
  context.login = reading.login;
  image.parentPid = reading.parentPid;
  context.session = reading.session;
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
