// The few ways in which any Exectrail program ends, and the exception for what the environment
// refused. Only main() catches it; damaged data is never an exception of this kind.
#pragma once

#include <stdexcept>
#include <string>

namespace exectrail {

// Exit status of every program. `record -- COMMAND` is the exception: it passes COMMAND's on.
enum ExitCode : int {
  kExitDone = 0,         // done, nothing found
  kExitFound = 1,        // done, and something was found
  kExitUsage = 2,        // bad option, bad recipe, bad scenario
  kExitEnvironment = 3,  // no permission, unreadable or damaged trace, disk full
};

// What the system refused. The text is one line for a person: what happened, the value found, what
// to do about it.
class EnvironmentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// "what: strerror(errorNumber)", as an EnvironmentError.
[[noreturn]] void throwErrno(int errorNumber, const std::string& what);

// Flushes std::cout. Throws EnvironmentError if anything written to it has been lost (disk full):
// a program that printed half of its answer has not succeeded.
void flushStandardOutput();

}  // namespace exectrail
