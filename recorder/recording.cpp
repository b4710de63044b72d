#include "recorder/recording.h"

#include <unistd.h>

#include <optional>
#include <utility>

#include "recorder/assembler.h"
#include "recorder/command.h"
#include "recorder/host_facts.h"
#include "recorder/loop.h"
#include "recorder/observer.h"
#include "recorder/ordered_merge.h"
#include "recorder/output.h"
#include "recorder/preparation.h"
#include "recorder/tracefs_source.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/writer.h"

namespace exectrail::recorder {
namespace {

constexpr std::uint64_t kSealAtLatestNs = 100'000'000;

trace::Header makeHeader(const Options& options, const Source& source) {
  trace::Header header;
  header.recordingId = randomUuid();
  header.writer = "exectrail-record " EXECTRAIL_VERSION;
  header.host = readHost();
  header.clock = readClocks();
  header.capture.scope = options.scope();
  header.capture.command = options.command;
  header.capture.sources = {source.kind(), trace::Source::kProcfs};
  header.capture.events = source.eventNames();
  header.capture.bufferBytesPerCpu = options.bufferBytesPerCpu;
  header.capture.failed = options.failed;
  return header;
}

// Moves events from the source into the trace.
class Pipeline {
 public:
  Pipeline(const Options& options, Source& source, Output& output)
      : failed_(options.failed),
        source_(source),
        header_(makeHeader(options, source)),
        writer_(output.sink(), header_),
        assembler_(
            {options.scope(), options.failed, header_.clock},
            [this](const trace::Record& record) { writer_.add(record); }, merge_) {}

  void start(bool hostScope) {
    HostSnapshot snapshot = hostScope ? snapshotHost() : snapshotAncestors(::getpid());
    // What happened while the snapshot was taken decides about it.
    std::vector<Event> events;
    const std::uint64_t nowNs = drain(events);
    reconcile(snapshot, events);
    assembler_.start(snapshot);
    merge_.add(std::move(events));
    release(nowNs);
  }

  void setRoot(pid_t pid) { assembler_.setRoot(pid); }

  void step() {
    std::vector<Event> events;
    const std::uint64_t nowNs = drain(events);
    merge_.add(std::move(events));
    release(nowNs);
  }

  bool waiting() const { return !merge_.empty(); }

  trace::End finish(trace::EndReason reason) {
    source_.stop();
    std::vector<Event> events;
    const std::uint64_t nowNs = drain(events);
    for (Event& loss : source_.unreportedLosses(nowNs)) events.push_back(std::move(loss));
    merge_.add(std::move(events));
    merge_.releaseAll([this](Event& event) { assembler_.receive(event); });
    trace::End end = assembler_.counts();
    end.timeNs = nowNs;
    end.reason = reason;
    end.lateEvents = merge_.lateEvents();
    end.undecodedEvents = source_.undecodedEvents();
    writer_.finish(end);
    return end;
  }

  std::uint64_t bytesWritten() const { return writer_.bytesWritten(); }

 private:
  // Returns a time before the drain: everything older has been seen.
  std::uint64_t drain(std::vector<Event>& events) {
    const std::uint64_t nowNs = monotonicNowNs();
    source_.drain(events);
    OrderedMerge::sort(events);
    observe(events, failed_);
    return nowNs;
  }

  void release(std::uint64_t drainedNs) {
    merge_.release(drainedNs, [this](Event& event) { assembler_.receive(event); });
    // At low rates a batch is sealed as soon as nothing more is coming, so that whoever follows the
    // trace lags by little; at high rates batches grow.
    if (merge_.empty() || drainedNs - sealedNs_ >= kSealAtLatestNs) {
      writer_.flush();
      sealedNs_ = drainedNs;
    }
  }

  trace::FailedPolicy failed_;
  Source& source_;
  trace::Header header_;
  trace::Writer writer_;
  OrderedMerge merge_;
  Assembler assembler_;
  std::uint64_t sealedNs_ = 0;
};

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
    TracefsSource source(options.bufferBytesPerCpu);
    Output output(options.output);
    if (!output.keptOld().empty()) {
      notify("kept the earlier file as " + trace::quoteForTerminal(output.keptOld()));
    }
    Pipeline pipeline(options, source, output);
    pipeline.start(options.scope() == trace::Scope::kHost);
    if (!hasCommand && ::isatty(STDERR_FILENO) == 1) {
      notify("recording the whole host into " + trace::quoteForTerminal(options.output) +
             (options.duration ? "; Ctrl-C ends it earlier" : "; Ctrl-C ends it"));
    }
    if (hasCommand) {
      startCommand(settings, command, notify, [&](pid_t pid) { pipeline.setRoot(pid); });
    }
    const Work work = {source.descriptors(), [&] { pipeline.step(); },
                       [&] { return pipeline.waiting(); }};
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
