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

enum class SeccompMode : std::uint16_t { kNone = 0, kStrict = 1, kFilter = 2, kUnknown = 3 };

struct Privileges {
  std::uint64_t effective = 0;  // sets of capabilities(7), bit n for capability n
  std::uint64_t permitted = 0;
  std::uint64_t inheritable = 0;
  std::uint64_t bounding = 0;
  std::uint64_t ambient = 0;
  bool noNewPrivileges = false;
  SeccompMode seccomp = SeccompMode::kNone;
  friend bool operator==(const Privileges&, const Privileges&) = default;
};

// Inode numbers of namespaces(7) in nsfs; 0: not known.
struct Namespaces {
  std::uint64_t mount = 0;
  std::uint64_t uts = 0;
  std::uint64_t ipc = 0;
  std::uint64_t pid = 0;
  std::uint64_t user = 0;
  std::uint64_t net = 0;
  std::uint64_t cgroup = 0;
  friend bool operator==(const Namespaces&, const Namespaces&) = default;
};

using Arguments = std::vector<Bytes>;
using Environment = std::vector<Bytes>;  // "NAME=value", only the names that Capture lists

// Who a process is and where it lives: what most processes share with their creator. A batch holds
// each distinct one once.
struct Context {
  Field<Credentials> credentials;
  Field<Login> login;
  Field<Session> session;
  Field<Privileges> privileges;
  Field<Namespaces> namespaces;
  Field<Bytes> cgroup;       // path in the unified hierarchy, "/system.slice/cron.service"
  Field<Bytes> containerId;  // 64 hexadecimal digits, or a name; empty: in none
  Field<Environment> environment;
  friend bool operator==(const Context&, const Context&) = default;
};

inline const Context kNoContext;

// Which file, as the kernel told at the moment of exec. Beside FileFacts because the device number
// need not be the one that stat(2) gives (btrfs, overlayfs).
struct FileIdentity {
  std::uint32_t deviceMajor = 0;
  std::uint32_t deviceMinor = 0;
  std::uint64_t inode = 0;
  std::uint64_t generation = 0;
  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};

// Of a long argv, head and tail are kept: arguments [0, tail) are its first ones, the others its
// last; the last of the head and the first of the tail may be cut.
struct ArgumentShape {
  std::uint32_t count = 0;  // argc
  std::uint32_t tail = 0;   // number of kept arguments when all are there
  friend bool operator==(const ArgumentShape&, const ArgumentShape&) = default;
};

struct Image {
  ImageId id;
  Evidence startEvidence;
  Field<Creator> creator;
  Field<std::uint32_t> parentPid;
  Field<Bytes> executable;
  Field<FileIdentity> identity;
  Field<FileFacts> file;
  Field<Bytes> sha256;  // 32 bytes, of the file's content
  Field<Arguments> arguments;
  Field<ArgumentShape> argumentShape;
  Field<Bytes> workingDirectory;
  Field<Bytes> comm;
  Field<bool> secure;  // AT_SECURE: set-user-id, set-group-id or file capabilities
  const Context* context = &kNoContext;  // never null
  friend bool operator==(const Image& a, const Image& b);
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
  // What the kernel runs instead of the typed file, as the `#!` line or binfmt_misc names it;
  // empty: the typed file itself.
  Field<Bytes> interpreter;
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

// Why failed attempts were counted instead of kept.
enum class TallyReason : std::uint16_t {
  kUnknown = 0,
  kPathSearch = 1,  // ENOENT and ENOTDIR while a name is looked up in PATH
  kFlood = 2,       // more than the recorder keeps of one process
  kPolicy = 3,      // none are wanted
};

struct Exit {
  ImageId image;
  Field<std::uint32_t> status;  // as wait(2) gives it
  friend bool operator==(const Exit&, const Exit&) = default;
};

enum class Source : std::uint16_t {
  kUnknown = 0,
  kTracefs = 1,
  kPerf = 2,
  kDynamic = 3,
  kProcfs = 4,
  kConnector = 5,
  kImport = 6,  // the log of another sensor
};

std::string_view name(Source source);

struct Gap {
  Source source = Source::kUnknown;
  std::uint64_t fromNs = 0;
  std::uint64_t toNs = 0;
  std::uint64_t lostEvents = 0;  // 0: the kernel did not say
  friend bool operator==(const Gap&, const Gap&) = default;
};

// An executable mapping of a file that is neither the image's executable nor in a library folder of
// the system: what a dynamic loader was given to run, a preloaded library, a plug-in.
enum class MappingRole : std::uint16_t { kUnknown = 0, kLoaderTarget = 1, kLibrary = 2 };

struct Mapping {
  ImageId image;
  Field<Bytes> path;
  Field<FileIdentity> identity;
  MappingRole role = MappingRole::kUnknown;
  friend bool operator==(const Mapping&, const Mapping&) = default;
};

// Failed attempts of one image that were counted and not kept.
struct AttemptTally {
  ImageId caller;
  std::uint16_t errorNumber = 0;
  std::uint64_t count = 0;
  std::uint64_t fromNs = 0;
  std::uint64_t toNs = 0;
  TallyReason reason = TallyReason::kUnknown;
  friend bool operator==(const AttemptTally&, const AttemptTally&) = default;
};

struct Mount {
  std::uint32_t id = 0;
  std::uint32_t parentId = 0;
  std::uint32_t deviceMajor = 0;
  std::uint32_t deviceMinor = 0;
  Bytes root;        // of the file system, what is mounted: not "/" for a bind mount
  Bytes point;       // where, seen from the root of the process that was asked
  Bytes options;     // of the mount: "rw,nosuid,noexec"
  Bytes fileSystem;  // its type
  Bytes source;
  Bytes superOptions;  // of the file system
  friend bool operator==(const Mount&, const Mount&) = default;
};

// The mounts of a mount namespace, all of them or what has changed since the last such record.
struct MountTable {
  std::uint64_t mountNamespace = 0;  // its inode number
  bool complete = false;
  Evidence evidence;
  std::vector<Mount> mounts;  // those that are new or have changed
  std::vector<std::uint32_t> removedIds;
  std::uint32_t leftOut = 0;  // mounts that are in no record
  friend bool operator==(const MountTable&, const MountTable&) = default;
};

// The content of an executable, hashed after the exec that it belongs to.
struct FileHash {
  ImageId image;          // whose exec made the recorder hash the file
  Field<FileFacts> file;  // of what was hashed
  Field<Bytes> sha256;    // 32 bytes
  friend bool operator==(const FileHash&, const FileHash&) = default;
};

// The recorder was alive, and had seen this much.
struct Heartbeat {
  std::uint64_t execs = 0;
  std::uint64_t attempts = 0;
  std::uint64_t lostEvents = 0;
  Bytes chainHead;  // of the batches before this one; empty: none
  friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

inline constexpr std::uint16_t kCpuNotKnown = 0xffff;

// A kind this version does not know (monostate) comes from a newer writer; readers count it.
using RecordBody = std::variant<std::monostate, Snapshot, Fork, Exec, Attempt, Exit, Gap, Mapping,
                                AttemptTally, MountTable, Heartbeat, FileHash>;

struct Record {
  std::uint64_t timeNs = 0;
  std::uint16_t cpu = kCpuNotKnown;
  RecordBody body;
  std::uint16_t origin = 0;  // 0: this recording; n: the one that Header.origins[n - 1] describes
  friend bool operator==(const Record&, const Record&) = default;
};

}  // namespace exectrail::trace
