// The COMMAND of `record -- COMMAND`: made, held until everything watches, released, waited for.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "recorder/notify.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {

struct CommandSettings {
  std::vector<std::string> arguments;
  bool stdoutToStderr = false;  // standard output carries the trace
  bool asInvokingUser = false;  // of sudo, from SUDO_UID and SUDO_GID
};

class Command {
 public:
  // Forks. The child waits for release() before it does anything.
  explicit Command(const CommandSettings& settings);
  ~Command();  // a child that was never released ends; one that runs is left alone
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  pid_t pid() const { return pid_; }

  // Lets the child execute COMMAND. Returns 0, or the errno with which that failed.
  int release();
  bool released() const { return !releasePipe_.valid(); }

  // Its exit status once it has ended, 128 + signal if a signal ended it. Does not block unless
  // told to.
  std::optional<int> status(bool wait);

 private:
  pid_t pid_ = -1;
  FileDescriptor releasePipe_;  // closing it without a byte tells the child to give up
  FileDescriptor errorPipe_;    // the child's errno, or end of file when it has executed
  std::optional<int> status_;
};

// Lets `command`, whose name is `name`, go; what keeps it from being executed is notified.
void releaseCommand(Command& command, const std::string& name, const Notify& notify);

// The exit status when COMMAND could not be executed: 127 not found, 126 otherwise.
int statusOfFailedExec(int errorNumber);

}  // namespace exectrail::recorder
