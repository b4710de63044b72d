#include "recorder/recording.h"

#include <sys/stat.h>
#include <unistd.h>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "recorder/command.h"
#include "recorder/host_facts.h"
#include "recorder/invoking_user.h"
#include "recorder/kept_command.h"
#include "recorder/loop.h"
#include "recorder/output/segment_output.h"
#include "recorder/output/trace_output.h"
#include "recorder/pipeline.h"
#include "recorder/preparation.h"
#include "recorder/privileges.h"
#include "recorder/sources/sources.h"
#include "recorder/wake_latency.h"
#include "trace/container/keys.h"
#include "trace/container/pack.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::recorder {
namespace {

trace::Header makeHeader(const Options& options, const SourceSettings& settings,
                         const Sources& sources) {
  trace::Header header;
  header.recordingId = randomUuid();
  header.writer = "exectrail-record " EXECTRAIL_VERSION;
  header.host = readHost();
  header.clock = readClocks();
  header.capture.scope = options.scope();
  header.capture.bufferBytesPerCpu = settings.bufferBytesPerCpu;
  header.capture.failed = options.failed;
  header.capture.environmentNames = settings.environmentNames;
  header = withSources(std::move(header), sources);
  KeptCommand command = keepCommand(options.command);
  header.capture.command = std::move(command.words);
  if (!command.note.empty()) header.capture.sourceNotes.push_back(std::move(command.note));
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

CommandSettings commandSettings(const Options& options) {
  return {options.command, options.output == "-", !options.asRoot};
}

std::unique_ptr<Destination> openDestination(const Options& options, const trace::Header& header,
                                             const trace::SigningKey* key, const Notify& notify,
                                             const std::function<void(const FlightDump&)>& dumped) {
  trace::WriterSettings writer;
  writer.key = key;
  if (options.segments) {
    SegmentSettings settings;
    settings.folder = options.output;
    settings.rotate = {options.segments->bytes,
                       static_cast<std::uint64_t>(options.segments->time.count())};
    settings.retention = options.segments->retention;
    settings.writer = writer;
    settings.readClocks = readClocks;
    settings.notify = notify;
    return std::make_unique<SegmentOutput>(settings, header);
  }
  if (!options.flightWindow) {
    return std::make_unique<TraceOutput>(options.output, header, writer, notify);
  }
  FlightOutputSettings settings;
  settings.path = options.output;
  settings.flight.windowNs = static_cast<std::uint64_t>(options.flightWindow->count());
  settings.writer = writer;
  settings.readClocks = readClocks;
  settings.notify = notify;
  settings.told = dumped;
  return std::make_unique<FlightOutput>(std::move(settings), header);
}

// A larger trace is left as it was written: whoever stops a recorder does not wait for minutes.
constexpr std::uint64_t kMostPackedBytes = std::uint64_t{1} << 30;

// A finished trace is re-encoded into its form at rest, a fifth or a tenth of its size. If that
// cannot be done, it stays what it is, which is as good.
void pack(Outcome& outcome, const Notify& notify) {
  const std::string name = trace::quoteForTerminal(outcome.path);
  struct stat ours {};
  struct stat there {};
  if (::fstat(outcome.file.get(), &ours) != 0 || ::lstat(outcome.path.c_str(), &there) != 0 ||
      ours.st_dev != there.st_dev || ours.st_ino != there.st_ino) {
    notify(name + " is not there any more, or another file by now: it was not compressed");
    return;
  }
  if (outcome.bytesWritten > kMostPackedBytes) {
    notify(name + " is large and was not compressed; exectrail trace pack does it");
    return;
  }
  constexpr trace::PackSettings kSettings{3, std::size_t{1} << 20};
  const trace::PackReport report = trace::packFile(outcome.path, kSettings);
  if (report.kept.empty()) {
    outcome.bytesWritten = report.bytesAfter;
  } else {
    notify(name + " was not compressed: " + trace::escapeForTerminal(report.kept));
  }
}

// Whether packing takes the rights of somebody else: the trace belongs to the user behind sudo, or
// lies in another user's folder.
bool isOthers(const Outcome& outcome) {
  struct stat file {};
  struct stat around {};
  return outcome.file.valid() &&
         (::fstat(outcome.file.get(), &file) != 0 || file.st_uid != ::geteuid() ||
          ::stat(folderOf(outcome.path).c_str(), &around) != 0 || around.st_uid != ::geteuid());
}

// What to say on a terminal, where silence would be taken for a hang.
std::string beginning(const Options& options) {
  const std::string ends = options.duration ? "; Ctrl-C ends it earlier" : "; Ctrl-C ends it";
  if (options.flightWindow) {
    return "keeping the last " + trace::readableDuration(options.flightWindow->count()) +
           " of the whole host in memory; kill -USR1 " + std::to_string(::getpid()) +
           " writes them" + ends;
  }
  const std::string what = options.segments ? "segments in " : "";
  return "recording the whole host into " + what + trace::quoteForTerminal(options.output) + ends;
}

// From open sources to a complete trace. COMMAND is made here and may outlive this.
class Recording {
 public:
  Recording(const Options& options, const Notify& notify, const Hooks& hooks, Signals& signals)
      : options_(options), notify_(notify), hooks_(hooks), signals_(signals) {}

  void run(std::optional<Command>& command, Outcome& outcome);

 private:
  trace::EndReason loop(Pipeline& pipeline, Destination& destination, Command* command);

  const Options& options_;
  const Notify& notify_;
  const Hooks& hooks_;
  Signals& signals_;
  std::exception_ptr diskFull_;
};

void Recording::run(std::optional<Command>& command, Outcome& outcome) {
  const SourceSettings settings = sourceSettings(options_);
  Sources sources(settings);
  std::optional<WakeLatency> wakeLatency;
  if (options_.wakeLatencyUs) wakeLatency.emplace(*options_.wakeLatencyUs);
  std::optional<trace::SigningKey> key;
  if (!options_.signingKey.empty()) key.emplace(options_.signingKey);
  const trace::Header header = makeHeader(options_, settings, sources);
  outcome.path = options_.output == "-" ? "" : options_.output;
  const auto dumped = [&](const FlightDump& dump) {
    notify_(dump.summary);
    if (dump.written) outcome.path = dump.path;
    if (hooks_.dumped) hooks_.dumped(dump);
  };
  const auto destination =
      openDestination(options_, header, key ? &*key : nullptr, notify_, dumped);
  outcome.file = destination->hold();
  Pipeline pipeline(header, sources, *destination, options_.hash);
  if (!options_.command.empty()) {
    // Before privileges are dropped: COMMAND keeps them.
    command.emplace(commandSettings(options_));
    pipeline.setRoot(command->pid());
  }
  const bool otherUser = command && !options_.asRoot && invokingUser().has_value();
  const bool opensFiles =
      options_.flightWindow.has_value() || options_.segments.has_value() || isOthers(outcome);
  dropPrivileges({otherUser, opensFiles}, notify_);
  destination->start();
  pipeline.start();
  if (hooks_.started) hooks_.started(header.recordingId);
  if (!command && ::isatty(STDERR_FILENO) == 1) notify_(beginning(options_));
  if (command) releaseCommand(*command, options_.command[0], notify_);

  outcome.end = pipeline.finish(loop(pipeline, *destination, command ? &*command : nullptr));
  outcome.report = pipeline.report();
  awaitWritten(*destination, signals_);
  if (diskFull_) std::rethrow_exception(diskFull_);
  outcome.bytesWritten = destination->bytesWritten();
}

trace::EndReason Recording::loop(Pipeline& pipeline, Destination& destination, Command* command) {
  const Work work = {[&](std::vector<int>& fds) { pipeline.descriptors(fds); },
                     [&] {
                       pipeline.step();
                       if (hooks_.stepped) hooks_.stepped(pipeline.counts());
                     },
                     [&] { return pipeline.dueNs(); }, [&] { destination.dump(pipeline.counts()); },
                     [&] { return pipeline.liveProcesses(); }};
  try {
    return Loop({options_.duration, options_.waitTree}, work, signals_, command, notify_).run();
  } catch (const trace::DiskFull&) {
    diskFull_ = std::current_exception();
    return trace::EndReason::kDiskFull;  // the trace says so as well
  }
}

}  // namespace

Outcome record(const Options& options, const Notify& notify, const Hooks& hooks) {
  Outcome outcome;
  Signals signals;
  prepare(notify);
  std::optional<Command> command;
  std::optional<std::string> failure;
  try {
    Recording(options, notify, hooks, signals).run(command, outcome);
  } catch (const trace::ReaderGone& e) {
    // Whoever read the stream has seen enough, or has failed. COMMAND runs all the same.
    notify(std::string(e.what()) + ": the rest is not recorded");
    if (!command && !options.command.empty()) command.emplace(commandSettings(options));
    if (command) releaseCommand(*command, options.command[0], notify);
  } catch (const EnvironmentError& e) {
    if (!command || !command->released()) throw;
    failure = e.what();
    notify(*failure + "; COMMAND goes on, not recorded");
  }
  // The sources are gone by now: nobody is traced while we wait.
  if (command) outcome.exitStatus = command->status(true).value_or(0);
  if (failure) throw EnvironmentError("the trace ends early: " + *failure);
  if (outcome.file.valid() && outcome.bytesWritten > 0) pack(outcome, notify);
  return outcome;
}

}  // namespace exectrail::recorder
