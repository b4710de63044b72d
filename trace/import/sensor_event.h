// What another sensor says happened, in one shape for all of them: a parser of its log makes these,
// RecordMaker makes records of a trace out of them. What the log does not say is not there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trace/record.h"

namespace exectrail::trace {

struct SensorParent {
  std::string executable;
  std::optional<std::string> comm;
  std::optional<std::vector<std::string>> arguments;
};

struct SensorEvent {
  enum class Kind {
    kExec,
    kAttempt,  // an exec that failed
    kFork,     // pid made childPid
    kExit,
    kBoot,   // the host started: no process from before is left
    kBlind,  // from fromNs until timeNs the log lacks what happened, or `lost` lines of it
  };

  Kind kind = Kind::kExec;
  std::uint64_t timeNs = 0;    // CLOCK_REALTIME
  std::uint64_t sequence = 0;  // orders events of one time
  std::string host;            // empty: the log does not say

  std::uint32_t pid = 0;
  std::optional<std::uint32_t> parentPid;
  std::optional<SensorParent> parent;

  std::optional<std::string> executable;
  std::optional<FileIdentity> identity;
  std::optional<std::string> sha256;  // 32 bytes
  std::optional<std::string> typedPath;
  std::optional<std::string> workingDirectory;
  std::optional<std::string> comm;
  std::optional<std::vector<std::string>> arguments;
  bool argumentsGuessed = false;               // a command line taken apart at its spaces
  std::optional<std::uint32_t> argumentCount;  // argc, if it is known
  std::uint64_t argumentBytes = 0;             // at least as many there were; 0: all are there
  std::optional<Credentials> credentials;
  std::optional<Login> login;

  std::uint16_t errorNumber = 0;
  SystemCall systemCall = SystemCall::kExecve;
  std::uint32_t childPid = 0;
  std::optional<std::uint32_t> status;  // as wait(2) gives it
  std::uint64_t fromNs = 0;
  std::uint64_t lost = 0;  // 0: not known
};

// Takes what a parser finds.
class SensorEvents {
 public:
  virtual ~SensorEvents() = default;
  virtual void event(SensorEvent event) = 0;

  // A line of this time was readable. What could not be read before it happened until then.
  virtual void time(std::uint64_t timeNs) = 0;

  // Lines that should have been an event, or part of one, and cannot be read; 0: at a time that
  // only the lines around them tell.
  virtual void unreadable(std::uint64_t lines, std::uint64_t timeNs) = 0;

  // A line that is well-formed and about something else.
  virtual void other() = 0;

  // Something that costs evidence without costing an event; counted by `what`, a sentence.
  virtual void remark(const char* what) = 0;
};

// The parser of one kind of log. Lines come without their newline.
class SensorLog {
 public:
  virtual ~SensorLog() = default;
  virtual void line(Bytes line) = 0;
  virtual void end() {}
};

// Bounds on what hostile input can make us keep.
inline constexpr std::size_t kMaxSensorArguments = 4096;
inline constexpr std::size_t kMaxSensorBytes = std::size_t{1} << 20;  // strings of one event

// About how much memory an event takes.
std::size_t bytesOf(const SensorEvent& event);

// "command line" -> its parts between single spaces, which is a guess.
std::vector<std::string> splitCommandLine(Bytes text);

}  // namespace exectrail::trace
