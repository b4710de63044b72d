// What /proc says about one process, read at once and checked for identity: an open /proc/PID
// directory names the process itself, so a reused pid gives an error and never another's facts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/record.h"

namespace exectrail::recorder {

inline constexpr std::size_t kMaxArgumentBytes = std::size_t{32} << 10;

// The facts with bytes of their own. Everything has class `procfs` or is unknown, with the errno of
// the read that failed.
struct ProcessReading {
  std::uint64_t beginNs = 0;  // CLOCK_MONOTONIC before the first and after the last read
  std::uint64_t endNs = 0;
  trace::Field<std::uint64_t> startBoottimeNs;  // a multiple of the clock tick, 10 ms
  trace::Field<std::uint32_t> parentPid;
  trace::Field<std::string> executable;
  trace::Field<trace::FileFacts> file;
  trace::Field<std::vector<std::string>> arguments;
  trace::Field<std::string> workingDirectory;
  trace::Field<std::string> comm;
  trace::Field<trace::Credentials> credentials;
  trace::Field<trace::Login> login;
  trace::Field<trace::Session> session;
};

// Reads in the order in which facts are lost when a process ends: executable and arguments go with
// its memory, the working directory soon after, the rest when it is reaped.
ProcessReading readProcess(std::int32_t pid);

// Copies the facts (not id and creator) into an image and its context. Their bytes point into
// `reading`.
void fillImage(const ProcessReading& reading, trace::Image& image, trace::Context& context);

std::uint64_t monotonicNowNs();
std::uint64_t clockTickNs();

}  // namespace exectrail::recorder
