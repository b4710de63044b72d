// play.
#include <unistd.h>

#include <ostream>
#include <thread>

#include "replay/commands/commands.h"
#include "replay/support/temporary.h"
#include "replay/traces/player.h"
#include "trace/container/byte_sink.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::replay {

int playCommand(const PlayOptions& options, std::ostream& errors) {
  const auto reader = trace::openTrace(options.trace);
  const bool toPipe = options.output == "-";
  if (toPipe && ::isatty(STDOUT_FILENO) == 1) {
    errors << "exectrail-replay: a trace is nothing for a terminal; pipe it into exectrail "
              "analyze -, or name a file with -o\n";
    return kExitUsage;
  }
  const OwnedFd file(toPipe ? -1 : createFile(options.output, 0644));
  trace::FdSink sink(toPipe ? STDOUT_FILENO : file.get(), options.output);
  const auto start = std::chrono::steady_clock::now();
  const PlayReport report = play(*reader, sink, options.speed, [&](std::chrono::nanoseconds due) {
    std::this_thread::sleep_until(start + due);
  });
  if (report.whole) return kExitDone;
  errors << "exectrail-replay: " << trace::quoteForTerminal(options.trace)
         << " is not whole, and what was played has no end: "
         << trace::escapeForTerminal(reader->state().problem) << "\n";
  return kExitEnvironment;
}

}  // namespace exectrail::replay
