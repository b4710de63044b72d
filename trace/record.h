// One record of a trace as C++ values. The same types are what the recorder writes, what readers
// hand out, and what tests build by hand. schema.capnp says what each field means.
//
// Bytes are views: on reading they point into the batch and live as long as it does; on writing
// they need to live until the record has been added to a BatchBuilder.
#pragma once

#include <compare>
#include <cstdint>
#include <variant>
#include <vector>

#include "trace/evidence.h"

namespace exectrail::trace {

struct ProcessId {
  std::uint32_t tgid = 0;
  std::uint64_t startNs = 0;  // 0: not known
  friend auto operator<=>(const ProcessId&, const ProcessId&) = default;
};

struct ImageId {
  std::uint32_t tgid = 0;
  std::uint32_t execNumber = 0;
  std::uint64_t startNs = 0;

  ProcessId process() const { return {tgid, startNs}; }
  friend auto operator<=>(const ImageId&, const ImageId&) = default;
};

enum class CreatorEdge : std::uint16_t { kUnknown = 0, kFork = 1, kTop = 2 };

struct Creator {
  ImageId id;
  CreatorEdge edge = CreatorEdge::kUnknown;
  friend bool operator==(const Creator&, const Creator&) = default;
};

struct FileFacts {
  std::uint32_t deviceMajor = 0;
  std::uint32_t deviceMinor = 0;
  std::uint64_t inode = 0;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t sizeBytes = 0;
  std::uint32_t linkCount = 0;
  std::int64_t changeTimeNs = 0;
  friend bool operator==(const FileFacts&, const FileFacts&) = default;
};

struct Credentials {
  std::uint32_t realUid = 0;
  std::uint32_t effectiveUid = 0;
  std::uint32_t realGid = 0;
  std::uint32_t effectiveGid = 0;
  friend bool operator==(const Credentials&, const Credentials&) = default;
};

inline constexpr std::uint32_t kLoginNotSet = 0xffffffff;

struct Login {
  std::uint32_t uid = kLoginNotSet;
  std::uint32_t sessionId = kLoginNotSet;
  friend bool operator==(const Login&, const Login&) = default;
};

struct Session {
  std::uint32_t leaderPid = 0;
  std::uint32_t terminal = 0;
  friend bool operator==(const Session&, const Session&) = default;
};

using Arguments = std::vector<Bytes>;

struct Image {
  ImageId id;
  Evidence startEvidence;
  Field<Creator> creator;
  Field<Bytes> executable;
  Field<FileFacts> file;
  Field<Arguments> arguments;
  Field<Bytes> workingDirectory;
  Field<Bytes> comm;
  Field<Credentials> credentials;
  Field<Login> login;
  Field<Session> session;
  friend bool operator==(const Image&, const Image&) = default;
};

struct Snapshot {
  Image image;
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

struct Fork {
  ImageId creator;
  ImageId child;
  Bytes childComm;
  friend bool operator==(const Fork&, const Fork&) = default;
};

struct Exec {
  Image image;
  Field<Bytes> typedPath;
  std::uint32_t tid = 0;
  friend bool operator==(const Exec&, const Exec&) = default;
};

enum class SystemCall : std::uint16_t { kExecve = 0, kExecveat = 1 };

struct Attempt {
  ImageId caller;
  std::uint32_t number = 0;
  std::uint32_t tid = 0;
  std::uint16_t errorNumber = 0;
  SystemCall systemCall = SystemCall::kExecve;
  Field<Bytes> typedPath;
  Field<Arguments> arguments;
  Field<Bytes> workingDirectory;
  friend bool operator==(const Attempt&, const Attempt&) = default;
};

struct Exit {
  ImageId image;
  friend bool operator==(const Exit&, const Exit&) = default;
};

enum class Source : std::uint16_t {
  kUnknown = 0,
  kTracefs = 1,
  kPerf = 2,
  kDynamic = 3,
  kProcfs = 4
};

std::string_view name(Source source);

struct Gap {
  Source source = Source::kUnknown;
  std::uint64_t fromNs = 0;
  std::uint64_t toNs = 0;
  std::uint64_t lostEvents = 0;  // 0: the kernel did not say
  friend bool operator==(const Gap&, const Gap&) = default;
};

inline constexpr std::uint16_t kCpuNotKnown = 0xffff;

// A kind this version does not know (monostate) comes from a newer writer; readers count it.
using RecordBody = std::variant<std::monostate, Snapshot, Fork, Exec, Attempt, Exit, Gap>;

struct Record {
  std::uint64_t timeNs = 0;
  std::uint16_t cpu = kCpuNotKnown;
  RecordBody body;
  friend bool operator==(const Record&, const Record&) = default;
};

}  // namespace exectrail::trace
