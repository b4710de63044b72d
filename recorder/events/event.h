// One fact the kernel reported, decoded but not yet put together with others. Thread ids are those
// of the initial pid namespace. Times are CLOCK_MONOTONIC nanoseconds.
//
// Two transports may report the same fact (a fork by tracefs and by perf): each does, marked with
// where it came from; putting them together is the merge's business.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "trace/record.h"

namespace exectrail::recorder {

struct ProcessReading;  // recorder/proc/process_reader.h
struct EntryReading;    // recorder/proc/entry_reader.h
struct StackReading;    // recorder/events/stack_reading.h

// task:task_newtask, just before the ForkEvent of the same child: is it a thread or a process?
struct NewTaskEvent {
  std::int32_t childTid = 0;
  std::uint64_t cloneFlags = 0;
};

// sched:sched_process_fork, or a FORK record of perf. The creator is the thread that called clone,
// also with CLONE_PARENT.
struct ForkEvent {
  std::int32_t creatorTid = 0;
  std::int32_t childTid = 0;
  std::string childComm;
  std::int32_t childTgid = 0;  // 0: not said (tracefs); the same as childTid: a process
};

// sched:sched_prepare_exec (Linux 6.10 and later), before the ExecEvent of the same thread: what
// the kernel really runs.
struct PrepareExecEvent {
  std::int32_t tid = 0;
  std::string filename;  // as passed
  std::string interp;    // the interpreter of a `#!` line or of binfmt_misc, or `filename`
};

// sched:sched_process_exec: the exec has succeeded. `oldTid` is the thread that called it.
struct ExecEvent {
  std::int32_t tgid = 0;
  std::int32_t oldTid = 0;
  std::string filename;
  std::shared_ptr<const ProcessReading> reading = nullptr;  // null: not read
  std::shared_ptr<const StackReading> stack = nullptr;   // perf only: the new image's first stack
  std::optional<std::uint64_t> cgroupId = std::nullopt;  // perf only
};

// A COMM record of perf. The one that an exec makes comes before its mappings and its ExecEvent.
struct CommEvent {
  std::int32_t tgid = 0;
  std::int32_t tid = 0;
  std::string comm;
  bool byExec = false;
};

// An MMAP2 record of perf: an executable mapping of a file. The first one between an exec's COMM
// and its ExecEvent is the file that runs; later ones are made by its dynamic loader.
struct MapEvent {
  std::int32_t tgid = 0;
  std::int32_t tid = 0;
  std::uint64_t address = 0;
  std::uint64_t lengthBytes = 0;
  std::string path;  // as the kernel resolves it, with " (deleted)" where it is
  trace::FileIdentity identity;
};

// A NAMESPACES record of perf: at exec, setns and unshare.
struct NamespacesEvent {
  std::int32_t tgid = 0;
  std::int32_t tid = 0;
  trace::Namespaces namespaces;
};

// A CGROUP record of perf: the path that a cgroup id stands for.
struct CgroupEvent {
  std::uint64_t id = 0;
  std::string path;
};

// syscalls:sys_enter_execve and sys_enter_execveat. Addresses are in the caller's memory.
struct EnterEvent {
  std::int32_t tid = 0;
  trace::SystemCall systemCall = trace::SystemCall::kExecve;
  std::uint64_t filenameAddress = 0;
  std::uint64_t argvAddress = 0;
  std::int32_t directoryFd = -1;  // execveat only
  std::int32_t flags = 0;         // execveat only
  // What the kernel copied at that moment, with a dynamic event; null: nothing.
  std::shared_ptr<const EntryReading> reading = nullptr;
  // What kernels copy that have string fields in the tracepoint (Linux 6.19 and later): at most 165
  // bytes, unprintable ones replaced by dots, with "..." at the end where something is missing.
  std::optional<std::string> printableFilename = std::nullopt;
};

// A file that the kernel opens to run it, during an execve of `tid` (a kernel probe): first the one
// that was asked for, then the interpreters that it names. `path` is the kernel's own copy.
struct OpenEvent {
  std::int32_t tid = 0;
  std::string path;
};

// syscalls:sys_exit_execve and sys_exit_execveat with a negative result.
struct FailEvent {
  std::int32_t tid = 0;
  trace::SystemCall systemCall = trace::SystemCall::kExecve;
  std::uint16_t errorNumber = 0;
  std::uint64_t filenameAddress = 0;  // as in the entry; 0: not known
  // What it was called with: the kernel's copies, completed from the caller's memory soon
  // afterwards. Null: nothing is known.
  std::shared_ptr<const EntryReading> reading = nullptr;
};

// sched:sched_process_exit, or an EXIT record of perf: of a thread.
struct ExitEvent {
  std::int32_t tid = 0;
  std::optional<bool> groupDead;  // true: it was the last of its process; older kernels do not say
};

// How a thread ended, by the kernel's process connector. Just after the ExitEvent of that thread;
// of the last thread of a process, it is the status of the process.
struct ExitStatusEvent {
  std::int32_t tgid = 0;
  std::uint32_t status = 0;  // as wait(2) gives it
  std::int32_t tid = 0;
};

// Events of one CPU that were overwritten before they were read.
struct LossEvent {
  trace::Source source = trace::Source::kUnknown;
  std::uint64_t fromNs = 0;
  std::uint64_t lostEvents = 0;  // 0: not known how many
};

using EventBody = std::variant<NewTaskEvent, ForkEvent, PrepareExecEvent, ExecEvent, CommEvent,
                               MapEvent, NamespacesEvent, CgroupEvent, EnterEvent, OpenEvent,
                               FailEvent, ExitEvent, ExitStatusEvent, LossEvent>;

struct Event {
  std::uint64_t timeNs = 0;
  std::uint16_t cpu = 0;
  EventBody body;
  trace::Source source = trace::Source::kTracefs;
  bool joined = false;  // the reports of both transports are in here
};

Event lossEvent(std::uint64_t untilNs, std::uint16_t cpu, const LossEvent& loss);

}  // namespace exectrail::recorder
