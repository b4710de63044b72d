#include "analyzer/answer.h"

#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

#include "trace/container/byte_sink.h"
#include "trace/errors.h"

namespace exectrail::analyzer {

bool flushAnswer() {
  std::cout.flush();
  // Of a write that failed a while ago, errno says nothing any more; the pipe does.
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  if (!std::cout && ::poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0) return false;
  flushStandardOutput();
  return true;
}

bool wantsColour() {
  const char* noColour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool refused = (noColour != nullptr && *noColour != '\0') ||
                       (terminal != nullptr && std::string_view(terminal) == "dumb");
  return !refused && ::isatty(STDOUT_FILENO) != 0;
}

void flushAnswerOrEnd() {
  if (!flushAnswer()) throw trace::ReaderGone("the reader of standard output has gone");
}

}  // namespace exectrail::analyzer
