// One fact the kernel reported, decoded but not yet put together with others. Thread ids are those
// of the initial pid namespace. Times are CLOCK_MONOTONIC nanoseconds.
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

// task:task_newtask, just before the ForkEvent of the same child: is it a thread or a process?
struct NewTaskEvent {
  std::int32_t childTid = 0;
  std::uint64_t cloneFlags = 0;
};

// sched:sched_process_fork. The creator is the thread that called clone, also with CLONE_PARENT.
struct ForkEvent {
  std::int32_t creatorTid = 0;
  std::int32_t childTid = 0;
  std::string childComm;
};

// sched:sched_process_exec: the exec has succeeded. `oldTid` is the thread that called it.
struct ExecEvent {
  std::int32_t tgid = 0;
  std::int32_t oldTid = 0;
  std::string filename;
  std::shared_ptr<const ProcessReading> reading;  // null: not read yet
};

// syscalls:sys_enter_execve and sys_enter_execveat. Addresses are in the caller's memory.
struct EnterEvent {
  std::int32_t tid = 0;
  trace::SystemCall systemCall = trace::SystemCall::kExecve;
  std::uint64_t filenameAddress = 0;
  std::uint64_t argvAddress = 0;
  std::int32_t directoryFd = -1;                // execveat only
  std::shared_ptr<const EntryReading> reading;  // null: not read
};

// syscalls:sys_exit_execve and sys_exit_execveat with a negative result.
struct FailEvent {
  std::int32_t tid = 0;
  trace::SystemCall systemCall = trace::SystemCall::kExecve;
  std::uint16_t errorNumber = 0;
};

// sched:sched_process_exit, of a thread.
struct ExitEvent {
  std::int32_t tid = 0;
  std::optional<bool> groupDead;  // true: it was the last of its process; older kernels do not say
};

// Events of one CPU that were overwritten before they were read.
struct LossEvent {
  trace::Source source = trace::Source::kUnknown;
  std::uint64_t fromNs = 0;
  std::uint64_t lostEvents = 0;  // 0: not known how many
};

using EventBody =
    std::variant<NewTaskEvent, ForkEvent, ExecEvent, EnterEvent, FailEvent, ExitEvent, LossEvent>;

struct Event {
  std::uint64_t timeNs = 0;
  std::uint16_t cpu = 0;
  EventBody body;
};

Event lossEvent(std::uint64_t untilNs, std::uint16_t cpu, const LossEvent& loss);

}  // namespace exectrail::recorder
