#include "recorder/recording.h"

#include <unistd.h>

#include <optional>
#include <utility>

#include "recorder/command.h"
#include "recorder/host_facts.h"
#include "recorder/loop.h"
#include "recorder/output.h"
#include "recorder/pipeline.h"
#include "recorder/preparation.h"
#include "recorder/sources.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/writer.h"

namespace exectrail::recorder {
namespace {

trace::Header makeHeader(const Options& options, const SourceSettings& settings) {
  trace::Header header;
  header.recordingId = randomUuid();
  header.writer = "exectrail-record " EXECTRAIL_VERSION;
  header.host = readHost();
  header.clock = readClocks();
  header.capture.scope = options.scope();
  header.capture.command = options.command;
  header.capture.bufferBytesPerCpu = settings.bufferBytesPerCpu;
  header.capture.failed = options.failed;
  header.capture.environmentNames = settings.environmentNames;
  return header;
}

SourceSettings sourceSettings(const Options& options) {
  SourceSettings settings;
  settings.wanted = {options.sources.begin(), options.sources.end()};
  settings.environmentNames = options.environmentNames;
  settings.bufferBytesPerCpu = options.bufferBytesPerCpu;
  settings.failures = options.failed != trace::FailedPolicy::kNone;
  return settings;
}

}  // namespace

Outcome record(const Options& options, const Notify& notify) {
  const bool hasCommand = !options.command.empty();
  const CommandSettings settings{options.command, options.output == "-", !options.asRoot};
  Outcome outcome;
  Signals signals;
  prepare(notify);
  std::optional<Command> command;
  std::optional<std::string> failure;
  try {
    const SourceSettings fromSources = sourceSettings(options);
    Sources sources(fromSources);
    Output output(options.output);
    if (!output.keptOld().empty()) {
      notify("kept the earlier file as " + trace::quoteForTerminal(output.keptOld()));
    }
    Pipeline pipeline(makeHeader(options, fromSources), sources, output.sink());
    pipeline.start();
    if (!hasCommand && ::isatty(STDERR_FILENO) == 1) {
      notify("recording the whole host into " + trace::quoteForTerminal(options.output) +
             (options.duration ? "; Ctrl-C ends it earlier" : "; Ctrl-C ends it"));
    }
    if (hasCommand) {
      startCommand(settings, command, notify, [&](pid_t pid) { pipeline.setRoot(pid); });
    }
    const Work work = {[&](std::vector<int>& fds) { pipeline.descriptors(fds); },
                       [&] { pipeline.step(); }, [&] { return pipeline.dueNs(); }};
    Command* const running = command ? &*command : nullptr;
    const trace::EndReason reason = Loop(options.duration, work, signals, running).run();
    outcome.end = pipeline.finish(reason);
    output.sync();
    outcome.bytesWritten = pipeline.bytesWritten();
  } catch (const trace::ReaderGone&) {
    // Whoever read the stream has seen enough. COMMAND runs all the same.
    if (hasCommand && !command) startCommand(settings, command, notify, [](pid_t) {});
  } catch (const EnvironmentError& e) {
    if (!command) throw;
    failure = e.what();
    notify(*failure + "; COMMAND goes on, not recorded");
  }
  // The source is gone by now: nobody is traced while we wait.
  if (command) outcome.exitStatus = command->status(true).value_or(0);
  if (failure) throw EnvironmentError("the trace ends early: " + *failure);
  return outcome;
}

}  // namespace exectrail::recorder
