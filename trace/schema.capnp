@0xd3a1f5c27be94608;
# What a trace means, field by field. FORMAT.md describes the container around these messages.
#
# Reading rules
#   * What the kernel or a process handed us is Data: paths, arguments, names are bytes in no encoding.
#   * Times are nanoseconds, `...Ns` CLOCK_MONOTONIC unless the field says otherwise (see Header.clock).
#   * A string field holds an index into the table of strings (see Batch); index 0 is the empty string.
#   * Next to every value stands the class of its evidence. `unknown` means that the value was not
#     available: it is then neither empty nor zero nor false.
#   * Layout changes by Cap'n Proto's rules, at the end; *meaning* by raising Header.meaningVersion.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("exectrail::trace::schema");

enum EvidenceClass {
  unknown @0;   # not available
  kernel @1;    # copied by the kernel at the moment of the event; the process cannot change it
  image @2;     # memory of the new image before its first instruction
  entry @3;     # memory of the old image at system-call entry: a time-of-check race
  procfs @4;    # read from /proc shortly afterwards; identity checked, content is the process's own
  inferred @5;  # derived from other evidence, inherited, or carried across a gap
  external @6;  # supplied by somebody later
}

enum Source {
  unknown @0;
  tracefs @1;
  perf @2;
  dynamic @3;
  procfs @4;
  connector @5;  # the process connector, cn_proc of netlink: exit statuses
  import @6;     # the log of another sensor; Header.provenance says which
}

# ---------------------------------------------------------------- header

struct Header {
  recordingId @0 :Data;        # 16 random bytes; the same in every segment of one recording
  meaningVersion @1 :UInt16;   # version of the meaning of fields, see trace/metadata.h
  writer @2 :Data;             # program and version, for example "exectrail-record 0.1.0"
  host @3 :Host;
  clock @4 :ClockReading;      # one simultaneous reading, taken when the recording started
  capture @5 :Capture;
  provenance @6 :List(Data);   # what was done to the trace since it was recorded, oldest first
  signingKey @7 :Data;         # Ed25519 public key, 32 bytes; empty: the trace is not signed
  parents @8 :List(Parent);    # the traces that this one was made from, oldest first
  origins @9 :List(Origin);    # of a merged trace: the recordings beside the one described above
  segmentNumber @10 :UInt32;   # 1, 2, ...: of a recording spread over several traces; 0: not a segment
  restatedRecords @11 :UInt64; # so many at the beginning say again what segments before this one say
  previousHead @12 :Data;      # of the hash chain of the segment before, at its end; empty: none
}

struct Parent {
  recordingId @0 :Data;
  chainHead @1 :Data;          # of the hash chain, where reading it ended
  whole @2 :Bool;              # it was read to its end, and its chain was right
}

struct Origin {
  # A recording whose records have `origin` n, as element n - 1.
  recordingId @0 :Data;
  host @1 :Host;
  clock @2 :ClockReading;      # its records' times are in this host's clock
  capture @3 :Capture;
}

struct Host {
  name @0 :Data;               # nodename of uname(2)
  bootId @1 :Data;             # 16 bytes, /proc/sys/kernel/random/boot_id
  machineId @2 :Data;          # /etc/machine-id as text, empty where there is none
  kernelRelease @3 :Data;      # release of uname(2)
  kernelVersion @4 :Data;      # version of uname(2)
  architecture @5 :Data;       # machine of uname(2)
  osName @6 :Data;             # PRETTY_NAME of /etc/os-release
  cpuCount @7 :UInt32;         # configured CPUs
  users @8 :List(User);        # of /etc/passwd
}

struct User {
  uid @0 :UInt32;
  name @1 :Data;
}

struct ClockReading {
  monotonicNs @0 :UInt64;
  realtimeNs @1 :UInt64;       # since 1970-01-01T00:00:00Z
  boottimeNs @2 :UInt64;
}

struct Capture {
  scope @0 :Scope;
  command @1 :List(Data);      # COMMAND and its arguments, empty when the whole host was recorded
  sources @2 :List(Source);
  events @3 :List(Data);       # "system:name" of each tracepoint that was enabled
  bufferBytesPerCpu @4 :UInt64;
  failed @5 :FailedPolicy;
  environmentNames @6 :List(Data);  # the variables that were looked for
  sourceNotes @7 :List(Data);       # what the host did not allow and what that costs, one sentence each

  enum Scope { host @0; subtree @1; }
  enum FailedPolicy {
    noteworthy @0;             # all but ENOENT and ENOTDIR, which are counted in End
    all @1;
    none @2;
  }
}

# ---------------------------------------------------------------- batches

struct Batch {
  # Strings, files and contexts are stored once per run of batches: those of this batch continue the
  # tables of the batches before it, unless the frame is `fresh`; then the tables begin anew, and
  # element 0 of each is the empty string and the file and context of which nothing is known.
  strings @0 :List(Data);
  records @1 :List(Record);    # in order of time
  contexts @2 :List(Context);
  files @3 :List(File);
}

struct Record {
  timeNs @0 :UInt64;           # when it happened; for a snapshot, when it was read
  cpu @1 :UInt16;              # 0xffff: not known
  origin @2 :UInt16;           # which recording it is from: 0 this one, otherwise Header.origins[origin - 1]
  image :group {               # whose record it is: the image that was executed, forks, fails, exits, maps
    # One image of one process. A fork gives the child image 0, a copy of its creator's image; each
    # successful exec adds one. With Host.bootId this is the entity id.
    tgid @3 :UInt32;
    execNumber @4 :UInt32;
    startNs @5 :UInt64;        # start of the process: time of its fork event, or from /proc; 0: not known
  }
  union {
    snapshot @6 :Image;        # a process that was there already
    fork :group {              # `image` is the creator, whose thread called fork or clone
      childTgid @7 :UInt32;
      childExecNumber @8 :UInt32;  # 0
      childStartNs @9 :UInt64;
      childComm @10 :UInt32;
    }
    exec @11 :Image;           # `image` is the new image
    attempt @12 :Attempt;      # an execve or execveat that failed; `image` tried, and goes on
    exit :group {              # `image` is the process's last one
      status @13 :UInt32;      # as wait(2) gives it
      evidence @14 :EvidenceClass;
      notes @15 :List(Note);
    }
    gap @16 :Gap;
    mapping @17 :Mapping;
    attemptTally @18 :AttemptTally;  # `image` is the caller
    mountTable @19 :MountTable;
    heartbeat @20 :Heartbeat;
    fileHash @21 :FileHash;      # `image` is the one whose exec made the recorder hash the file
  }
}

struct Image {
  startEvidence @0 :EvidenceClass;
  creator :group {             # the image that created the process
    tgid @1 :UInt32;
    execNumber @2 :UInt32;
    startNs @3 :UInt64;
    edge @4 :CreatorEdge;
    evidence @5 :EvidenceClass;
  }
  parentPid :group {           # whose child it was at that moment: a reaper, if the creator had gone
    value @6 :UInt32;
    evidence @7 :EvidenceClass;
  }
  file @8 :UInt32;             # what runs: index into the table of files
  context @9 :UInt32;          # index into the table of contexts
  arguments :group {           # argv, without the terminating null pointer
    value @10 :List(UInt32);
    evidence @11 :EvidenceClass;
  }
  argumentShape :group {
    count @12 :UInt32;         # argc
    tail @13 :UInt32;          # arguments.value[tail..] are the last ones of argv; all kept: the number kept
    evidence @14 :EvidenceClass;
  }
  workingDirectory :group {
    value @15 :UInt32;
    evidence @16 :EvidenceClass;
  }
  comm :group {                # name of the task, at most 15 bytes
    value @17 :UInt32;
    evidence @18 :EvidenceClass;
  }
  secure :group {              # AT_SECURE of the auxiliary vector: privileges came with the file
    value @19 :Bool;
    evidence @20 :EvidenceClass;
  }
  notes @21 :List(Note);

  # Of an exec only:
  typedPath :group {           # path as passed to the kernel, unresolved
    value @22 :UInt32;
    evidence @23 :EvidenceClass;
  }
  interpreter :group {         # what runs instead of the typed file, as `#!` or binfmt_misc names it
    value @24 :UInt32;         # empty: the typed file itself runs
    evidence @25 :EvidenceClass;
  }
  tid @26 :UInt32;             # thread that called execve; it becomes the leader
}

struct File {
  # The file that runs, and what was known about it at that exec.
  executable :group {          # its path, as the kernel resolves it
    value @0 :UInt32;
    evidence @1 :EvidenceClass;
  }
  identity :group {            # as the kernel mapped it
    deviceMajor @2 :UInt32;
    deviceMinor @3 :UInt32;
    inode @4 :UInt64;
    generation @5 :UInt64;
    evidence @6 :EvidenceClass;
  }
  facts :group {               # by statx(2)
    deviceMajor @7 :UInt32;
    deviceMinor @8 :UInt32;
    inode @9 :UInt64;
    mode @10 :UInt32;          # type and permission bits
    uid @11 :UInt32;
    gid @12 :UInt32;
    sizeBytes @13 :UInt64;
    linkCount @14 :UInt32;
    changeTimeNs @15 :Int64;   # ctime, CLOCK_REALTIME
    evidence @16 :EvidenceClass;
  }
  sha256 :group {              # 32 bytes, of its content when it was hashed
    value @17 :UInt32;
    evidence @18 :EvidenceClass;
  }
  notes @19 :List(Note);
}

struct Context {
  # Who a process is and where it lives.
  credentials :group {         # as the initial user namespace sees them
    realUid @0 :UInt32;
    effectiveUid @1 :UInt32;
    realGid @2 :UInt32;
    effectiveGid @3 :UInt32;
    evidence @4 :EvidenceClass;
  }
  login :group {               # audit login; 0xffffffff: not set
    uid @5 :UInt32;
    sessionId @6 :UInt32;
    evidence @7 :EvidenceClass;
  }
  session :group {
    leaderPid @8 :UInt32;      # session id of setsid(2)
    terminal @9 :UInt32;       # device number of the controlling terminal, 0: none
    evidence @10 :EvidenceClass;
  }
  privileges :group {
    effective @11 :UInt64;     # sets of capabilities(7), bit n for capability n
    permitted @12 :UInt64;
    inheritable @13 :UInt64;
    bounding @14 :UInt64;
    ambient @15 :UInt64;
    noNewPrivileges @16 :Bool;
    seccomp @17 :SeccompMode;
    evidence @18 :EvidenceClass;
  }
  namespaces :group {          # inode numbers in nsfs, 0: not known
    mount @19 :UInt64;
    uts @20 :UInt64;
    ipc @21 :UInt64;
    pid @22 :UInt64;
    user @23 :UInt64;
    net @24 :UInt64;
    cgroup @25 :UInt64;
    evidence @26 :EvidenceClass;
  }
  cgroup :group {              # path in the unified hierarchy; if that is unused, in an older one
    value @27 :UInt32;
    evidence @28 :EvidenceClass;
  }
  containerId :group {         # 64 hexadecimal digits, or a name (LXC, nspawn); empty: in none
    value @29 :UInt32;
    evidence @30 :EvidenceClass;
  }
  environment :group {         # "NAME=value", of the names in Capture.environmentNames
    value @31 :List(UInt32);
    evidence @32 :EvidenceClass;
  }
  notes @33 :List(Note);

  enum SeccompMode { none @0; strict @1; filter @2; unknown @3; }
}

enum CreatorEdge {
  unknown @0;
  fork @1;                     # created by fork, vfork, clone or clone3 of `creator.id`
  top @2;                      # nothing stands above it in this trace
}

struct Attempt {
  number @0 :UInt32;           # counts the failed attempts of this image that were seen, from 1
  tid @1 :UInt32;
  errorNumber @2 :UInt16;      # errno, positive
  systemCall @3 :SystemCall;
  typedPath :group {
    value @4 :UInt32;
    evidence @5 :EvidenceClass;
  }
  arguments :group {
    value @6 :List(UInt32);
    evidence @7 :EvidenceClass;
  }
  workingDirectory :group {
    value @8 :UInt32;
    evidence @9 :EvidenceClass;
  }
  notes @10 :List(Note);

  enum SystemCall { execve @0; execveat @1; }
}

struct Gap {
  # Events known to be lost between two times. Count 0: the kernel did not say how many.
  source @0 :Source;
  fromNs @1 :UInt64;
  toNs @2 :UInt64;
  lostEvents @3 :UInt64;
}

struct Mapping {
  # An executable mapping of a file that is neither the image's executable nor in a library folder of
  # the system. It comes after the exec of its image.
  path :group {
    value @0 :UInt32;
    evidence @1 :EvidenceClass;
  }
  identity :group {
    deviceMajor @2 :UInt32;
    deviceMinor @3 :UInt32;
    inode @4 :UInt64;
    generation @5 :UInt64;
    evidence @6 :EvidenceClass;
  }
  role @7 :Role;
  notes @8 :List(Note);

  enum Role {
    unknown @0;
    loaderTarget @1;           # the program that a dynamic loader, started as a program, was given
    library @2;
  }
}

struct AttemptTally {
  # Failed attempts of one image that were counted and not kept.
  errorNumber @0 :UInt16;
  count @1 :UInt64;
  fromNs @2 :UInt64;
  toNs @3 :UInt64;
  reason @4 :Reason;

  enum Reason {
    unknown @0;
    pathSearch @1;             # ENOENT and ENOTDIR while a name is looked up in PATH
    flood @2;                  # more than the recorder keeps of one process
    policy @3;                 # FailedPolicy.none
  }
}

struct MountTable {
  mountNamespace @0 :UInt64;   # inode number of the namespace
  complete @1 :Bool;           # true: forget what was known of the namespace, the table begins anew;
                               # false: `mounts` are further ones, new ones, or have changed
  evidence @2 :EvidenceClass;
  mounts @3 :List(Mount);
  removedIds @4 :List(UInt32);
  leftOut @5 :UInt32;          # mounts of the namespace that are in no record: more than are kept
}

struct Mount {
  # One line of /proc/PID/mountinfo, unescaped.
  id @0 :UInt32;
  parentId @1 :UInt32;
  deviceMajor @2 :UInt32;
  deviceMinor @3 :UInt32;
  root @4 :UInt32;
  point @5 :UInt32;
  options @6 :UInt32;
  fileSystem @7 :UInt32;
  source @8 :UInt32;
  superOptions @9 :UInt32;
}

struct FileHash {
  # The content of an executable, hashed after the exec that it belongs to: hashing takes time. Execs of
  # the same file that come later have it in their File.
  file @0 :UInt32;             # index into the files: facts from before the first byte was read, and the hash;
                               # why there is none: ESTALE changed meanwhile, EFBIG too large, ENOBUFS too many at once
}

struct Heartbeat {
  # The recorder was alive, and had seen this much since it started.
  execs @0 :UInt64;
  attempts @1 :UInt64;
  lostEvents @2 :UInt64;
  chainHead @3 :Data;          # of the batches before this one
}

struct Note {
  # What else is known about one value. Rare, therefore not in the groups.
  field @0 :FieldName;
  originalLength @1 :UInt64;   # truncated: bytes (of arguments: with their terminators) there were
  errorNumber @2 :UInt16;      # why the value could not be read
  afterGap @3 :Bool;           # derived from state that a gap may have made stale
}

enum FieldName {
  none @0;
  start @1;
  creator @2;
  executable @3;
  file @4;
  arguments @5;
  workingDirectory @6;
  comm @7;
  credentials @8;
  login @9;
  session @10;
  typedPath @11;
  parentPid @12;
  identity @13;
  sha256 @14;
  argumentShape @15;
  secure @16;
  privileges @17;
  namespaces @18;
  cgroup @19;
  containerId @20;
  environment @21;
  interpreter @22;
  status @23;
  path @24;
}

# ---------------------------------------------------------------- index

struct Index {
  # What runs of batches hold, for readers that want little. A run that is in none of these is read.
  executables @0 :List(Data);
  runs @1 :List(IndexedRun);   # in the order of their frames
}

struct IndexedRun {
  # One run, or some that follow each other. It may say more than is there, never less.
  firstFrame @0 :UInt64;       # number of its first batch's frame
  lastFrame @1 :UInt64;
  records @2 :UInt64;
  gaps @3 :UInt64;
  spans @4 :List(OriginSpan);
  pids @5 :List(UInt32);       # first and last of each range, sorted: whose records, and whose forks
  executables @6 :List(UInt32);  # indexes into Index.executables, sorted
  everyExecutable @7 :Bool;    # there are more than are listed
}

struct OriginSpan {
  origin @0 :UInt16;
  fromNs @1 :UInt64;           # of what its records tell about: a gap begins before its time
  toNs @2 :UInt64;
}

# ---------------------------------------------------------------- end

struct End {
  # The recorder's own account. A trace without it was cut off or is still being written.
  timeNs @0 :UInt64;
  execs @1 :UInt64;
  attempts @2 :UInt64;
  attemptsNotKept @3 :UInt64;  # failures that FailedPolicy left out
  forks @4 :UInt64;
  exits @5 :UInt64;
  gaps @6 :UInt64;
  lostEvents @7 :UInt64;       # sum over gaps of known size
  lateEvents @8 :UInt64;       # arrived after later ones had been written; times are not in order there
  undecodedEvents @9 :UInt64;  # of an unexpected shape; not in the trace
  reason @10 :Reason;
  mappingsNotKept @11 :UInt64; # of images that had more than the recorder keeps
  unwrittenRecords @12 :UInt64; # that the disk had no room for; counted above all the same

  enum Reason {
    unknown @0;
    commandEnded @1;
    duration @2;
    interrupted @3;
    cut @4;                    # made from another trace
    diskFull @5;
    window @6;                 # of a flight recorder, which goes on
    imported @7;               # made from another sensor's log, up to its end
    merged @8;                 # made from several traces
    rotated @9;                # the recording goes on in its next segment
  }
}
