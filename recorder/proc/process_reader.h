// What /proc says about one process, read at once and checked for identity: an open /proc/PID
// directory names the process itself, so a reused pid gives an error and never another's facts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recorder/proc/login_cache.h"
#include "recorder/proc/proc_files.h"
#include "trace/record.h"

namespace exectrail::recorder {

inline constexpr std::size_t kMaxArgumentBytes = std::size_t{32} << 10;
inline constexpr std::size_t kMaxEnvironmentBytes = std::size_t{256} << 10;

// What to read. Each costs system calls: ask for nothing that is known better already. Without
// kStat, nobody can tell whether the pid has been given to another process before the directory was
// opened.
using Facts = std::uint32_t;
namespace facts {
inline constexpr Facts kExecutable = 1U << 0;
inline constexpr Facts kFile = 1U << 1;
inline constexpr Facts kArguments = 1U << 2;
inline constexpr Facts kEnvironment = 1U << 3;  // the variables whose names the reader was given
inline constexpr Facts kWorkingDirectory = 1U << 4;
inline constexpr Facts kNamespaces = 1U << 5;
inline constexpr Facts kCgroup = 1U << 6;       // and container
inline constexpr Facts kCredentials = 1U << 7;  // and privileges, and the parent
inline constexpr Facts kStat = 1U << 8;         // start, parent, comm and session
inline constexpr Facts kLogin = 1U << 9;
inline constexpr Facts kAll = (1U << 10) - 1;
}  // namespace facts

// The facts with bytes of their own. Everything has class `procfs` or is unknown: with the errno of
// the read that failed, or with none if it was not asked for. The container is `inferred`.
struct ProcessReading {
  std::uint64_t beginNs = 0;  // CLOCK_MONOTONIC before the first and after the last read
  std::uint64_t endNs = 0;
  trace::Field<std::uint64_t> startBoottimeNs;  // a multiple of the clock tick, 10 ms
  trace::Field<std::uint32_t> parentPid;
  trace::Field<std::string> executable;
  trace::Field<trace::FileFacts> file;
  std::uint64_t mountId = 0;  // of the file's mount, as mountinfo has it; 0: not known
  trace::Field<std::vector<std::string>> arguments;
  trace::Field<std::string> workingDirectory;
  trace::Field<std::string> comm;
  trace::Field<trace::Credentials> credentials;
  trace::Field<trace::Privileges> privileges;
  trace::Field<trace::Login> login;
  trace::Field<trace::Session> session;
  trace::Field<trace::Namespaces> namespaces;
  trace::Field<std::string> cgroup;       // see cgroupPath()
  trace::Field<std::string> containerId;  // see containerIdOf(); known and empty: in none
  trace::Field<std::vector<std::string>> environment;  // "NAME=value"
  trace::Field<std::string> sha256;  // of the executable, where a FileHasher was asked
  std::uint64_t hashTicket = 0;      // what it answered
};

// Keeps memory and what it has learnt between processes.
class ProcessReader {
 public:
  // `environmentNames`: the variables whose values are kept.
  explicit ProcessReader(std::vector<std::string> environmentNames = {});

  // Reads in the order in which facts are lost when a process ends: executable, arguments and
  // environment go with its memory, working directory and namespaces soon after, the rest when it
  // is reaped.
  ProcessReading read(std::int32_t pid, Facts wanted = facts::kAll);

  // The same of a process that has ended: nothing, with ENOENT.
  static ProcessReading ofNone(Facts wanted);

 private:
  std::vector<std::string> environmentNames_;
  FileBuffer buffer_;
  LoginCache logins_;
};

// Copies the facts (not id and creator) into an image and its context. Their bytes point into
// `reading`.
void fillImage(const ProcessReading& reading, trace::Image& image, trace::Context& context);

std::uint64_t monotonicNowNs();
std::uint64_t clockTickNs();

}  // namespace exectrail::recorder
