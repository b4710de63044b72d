#include "trace/tool/open.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <utility>

#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::trace {

std::unique_ptr<Reader> openArgument(const std::string& path) {
  return path == "-" ? openTraceStream(STDIN_FILENO, "standard input") : openTrace(path);
}

std::unique_ptr<ByteSource> openBytes(const std::string& path) {
  if (path == "-") {
    FileDescriptor copy(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!copy.valid()) throwErrno(errno, "cannot read standard input");
    return readStream(std::move(copy), "standard input");
  }
  return openFile(path);
}

int closing(const Reader& reader, const std::string& path) {
  const ReadState& state = reader.state();
  if (state.unknownRecords > 0) {
    std::cerr << "exectrail: warning: " << state.unknownRecords
              << " records are of a kind that only a newer version knows\n";
  }
  if (state.completeness == Completeness::kComplete) return kExitDone;
  std::cerr << "exectrail: warning: " << quoteForTerminal(path) << ": "
            << escapeForTerminal(state.problem) << '\n';
  return kExitEnvironment;
}

}  // namespace exectrail::trace
