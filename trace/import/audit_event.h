// One event of Linux audit, put together from its records, however they were written down (raw or
// as laurel's JSON), and what it means for us.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "trace/import/sensor_event.h"

namespace exectrail::trace {

class AuditEvent {
 public:
  std::uint64_t timeNs = 0;
  std::uint64_t serial = 0;
  std::string host;
  std::uint64_t lines = 0;  // of the log

  // Of the SYSCALL record.
  struct SystemCallRecord {
    std::uint32_t architecture = 0;  // AUDIT_ARCH_*, 0: not known
    std::uint32_t number = 0;
    std::string name;  // if the log translates it
    bool success = false;
    std::int64_t exit = 0;
    std::uint64_t firstArgument = 0;
    std::uint32_t pid = 0;
    std::optional<std::uint32_t> parentPid;
    std::optional<Credentials> credentials;
    std::optional<Login> login;
    std::optional<std::string> comm;
    std::optional<std::string> executable;
  };
  std::optional<SystemCallRecord> call;

  bool hasExecve = false;  // an EXECVE record was there
  std::optional<std::uint32_t> argumentCount;
  std::optional<std::string> workingDirectory;
  std::optional<std::string> path;  // of PATH item 0, as it was passed
  std::optional<FileIdentity> pathIdentity;
  std::optional<SensorParent> parent;

  // A piece of argument `index`; false: too much, it is left out and known to be.
  bool addArgument(std::uint64_t index, Bytes piece);
  void addCutArgument(std::uint64_t index);  // a piece that cannot be read

  std::size_t bytes() const { return bytes_; }

  // What it means. False: nothing for us, or (`broken`) it should have been an exec and lacks what
  // makes it one.
  bool interpret(SensorEvent& out, bool& broken) const;

 private:
  void interpretArguments(SensorEvent& out) const;

  std::map<std::uint32_t, std::string> arguments_;
  std::optional<std::uint32_t> firstCut_;  // arguments from here on are not whole
  std::size_t bytes_ = 0;
};

// "08:01", as PATH records name a device; hexadecimal.
bool parseDevice(Bytes text, FileIdentity& out);

// "1604994496.155:92733"
bool parseAuditId(Bytes text, std::uint64_t& timeNs, std::uint64_t& serial);

// All of `text` as a number.
bool parseNumber(Bytes text, int base, std::uint64_t& out);

}  // namespace exectrail::trace
