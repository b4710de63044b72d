#include "analyzer/answer.h"

#include <poll.h>
#include <unistd.h>

#include <iostream>

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

void flushAnswerOrEnd() {
  if (!flushAnswer()) throw trace::ReaderGone("the reader of standard output has gone");
}

}  // namespace exectrail::analyzer
