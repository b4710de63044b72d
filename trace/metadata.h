// What a trace says about itself: the header that opens it and the account that closes it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trace/record.h"

namespace exectrail::trace {

// Version of the *meaning* of fields. Raised when a fix changes how a field is filled, so that
// readers can tell; layout has a version of its own in the container.
inline constexpr std::uint16_t kMeaningVersion = 2;

using Uuid = std::array<std::uint8_t, 16>;

std::string toString(const Uuid& id);  // 8-4-4-4-12 lower-case hex

struct User {
  std::uint32_t uid = 0;
  std::string name;
  friend bool operator==(const User&, const User&) = default;
};

struct Host {
  std::string name;
  Uuid bootId{};
  std::string machineId;
  std::string kernelRelease;
  std::string kernelVersion;
  std::string architecture;
  std::string osName;
  std::uint32_t cpuCount = 0;
  std::vector<User> users;
  friend bool operator==(const Host&, const Host&) = default;
};

// One simultaneous reading of three clocks, nanoseconds.
struct ClockReading {
  std::uint64_t monotonicNs = 0;
  std::uint64_t realtimeNs = 0;
  std::uint64_t boottimeNs = 0;

  // Wall clock (nanoseconds since 1970) of a CLOCK_MONOTONIC time of the same boot.
  std::int64_t toRealtimeNs(std::uint64_t monotonic) const {
    return static_cast<std::int64_t>(realtimeNs + (monotonic - monotonicNs));
  }
  friend bool operator==(const ClockReading&, const ClockReading&) = default;
};

enum class Scope : std::uint16_t { kHost = 0, kSubtree = 1 };
enum class FailedPolicy : std::uint16_t { kNoteworthy = 0, kAll = 1, kNone = 2 };

struct Capture {
  Scope scope = Scope::kHost;
  std::vector<std::string> command;
  std::vector<Source> sources;
  std::vector<std::string> events;
  std::uint64_t bufferBytesPerCpu = 0;
  FailedPolicy failed = FailedPolicy::kNoteworthy;
  std::vector<std::string> environmentNames;
  std::vector<std::string> sourceNotes;
  friend bool operator==(const Capture&, const Capture&) = default;
};

// A trace that another one was made from.
struct Parent {
  Uuid recordingId{};
  std::array<std::uint8_t, 32> chainHead{};
  bool whole = false;
  friend bool operator==(const Parent&, const Parent&) = default;
};

// One of the recordings that a merged trace holds.
struct Origin {
  Uuid recordingId{};
  Host host;
  ClockReading clock;
  Capture capture;
  friend bool operator==(const Origin&, const Origin&) = default;
};

// Which part of a recording a trace is. The first records of a part say again what is needed from
// those before it; whoever has read them leaves `restatedRecords` out.
struct Segment {
  std::uint32_t number = 0;  // from 1; 0: not a segment
  std::uint64_t restatedRecords = 0;
  std::optional<std::array<std::uint8_t, 32>> previousHead;  // of the segment before, at its end
  friend bool operator==(const Segment&, const Segment&) = default;
};

struct Header {
  Uuid recordingId{};
  std::uint16_t meaningVersion = kMeaningVersion;
  std::string writer;
  Host host;
  ClockReading clock;
  Capture capture;
  std::vector<std::string> provenance;
  std::optional<std::array<std::uint8_t, 32>> signingKey;  // set by the writer
  std::vector<Parent> parents;
  std::vector<Origin> origins;
  Segment segment;

  // Whose clock and host those of a record are. An origin that is not there counts as this one.
  const ClockReading& clockOf(const Record& record) const {
    return record.origin > 0 && record.origin <= origins.size() ? origins[record.origin - 1U].clock
                                                                : clock;
  }
  const Host& hostOf(const Record& record) const {
    return record.origin > 0 && record.origin <= origins.size() ? origins[record.origin - 1U].host
                                                                : host;
  }
  friend bool operator==(const Header&, const Header&) = default;
};

enum class EndReason : std::uint16_t {
  kUnknown = 0,
  kCommandEnded = 1,
  kDuration = 2,
  kInterrupted = 3,
  kCut = 4,
  kDiskFull = 5,
  kWindow = 6,    // of a flight recorder, which goes on
  kImported = 7,  // made from another sensor's log, up to its end
  kMerged = 8,
  kRotated = 9,  // the recording goes on in its next segment
};

struct End {
  std::uint64_t timeNs = 0;
  std::uint64_t execs = 0;
  std::uint64_t attempts = 0;
  std::uint64_t attemptsNotKept = 0;
  std::uint64_t forks = 0;
  std::uint64_t exits = 0;
  std::uint64_t gaps = 0;
  std::uint64_t lostEvents = 0;
  std::uint64_t lateEvents = 0;
  std::uint64_t undecodedEvents = 0;
  EndReason reason = EndReason::kUnknown;
  std::uint64_t mappingsNotKept = 0;
  std::uint64_t unwrittenRecords = 0;
  friend bool operator==(const End&, const End&) = default;
};

}  // namespace exectrail::trace
