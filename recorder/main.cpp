// exectrail-record: kernel -> trace. Parses the command line, does what it says, says how it went.
#include <sys/ioctl.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>

#include "recorder/control/background.h"
#include "recorder/control/control.h"
#include "recorder/control/state_keeper.h"
#include "recorder/options.h"
#include "recorder/preparation.h"
#include "recorder/probe/host_probes.h"
#include "recorder/proc/process_reader.h"
#include "recorder/recording.h"
#include "recorder/summary.h"
#include "trace/daemon/service_manager.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/failure.h"

namespace exectrail::recorder {
namespace {

void say(const std::string& line) { std::cerr << "exectrail: " << line << '\n'; }

int probe(const Options& options) {
  const auto probes = probeHost();
  winsize window{};
  constexpr std::size_t kWidth = 100;  // where there is no terminal
  const bool terminal = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0;
  std::cout << (options.json ? probeJson(probes)
                             : probeTable(probes, terminal ? window.ws_col : kWidth));
  flushStandardOutput();
  return canRecord(probes) ? kExitDone : kExitEnvironment;
}

std::string statusLine(const trace::End& soFar) {
  return std::to_string(soFar.execs) + " execs, " + std::to_string(soFar.attempts) +
         " failed attempts" +
         (soFar.gaps == 0 ? ", nothing lost"
                          : ", LOST at least " + std::to_string(soFar.lostEvents) + " events in " +
                                std::to_string(soFar.gaps) + " gaps");
}

int recordHere(const Options& options) {
  // A flight recorder can be asked for its window by `record dump`.
  std::optional<StateKeeper> keeper;
  Hooks hooks;
  trace::ServiceManager manager;
  hooks.started = [&](const trace::Uuid& id) {
    if (keeper) keeper->started(id);
    manager.ready("recording " + trace::toString(id).substr(0, 8));
  };
  if (manager.present()) {
    hooks.stepped = [&](const trace::End& soFar) {
      manager.alive(monotonicNowNs(), [&] { return statusLine(soFar); });
    };
  }
  if (options.flightWindow) {
    requireRoot();
    keeper.emplace(options, StateFolder());
    hooks.dumped = [&](const FlightDump& dump) { keeper->dumped(dump); };
  }
  try {
    const Outcome outcome = record(options, say, hooks);
    if (keeper) keeper->remove();
    std::cerr << summarize(outcome);
    return outcome.exitStatus;
  } catch (...) {
    if (keeper) keeper->remove();
    throw;
  }
}

// What `record start` says when it works.
std::string startedLine(const Options& options, const RecordingState& state) {
  const std::string name = trace::quoteForTerminal(options.output);
  const std::string what = options.flightWindow
                               ? "flight recorder " + state.id.substr(0, 8) +
                                     ": its window is written by exectrail record dump"
                               : "recording " + state.id.substr(0, 8) + " into " + name;
  return what + "; it ends with: exectrail record stop " + name;
}

int recordBehind(const Options& options, Announcer& announcer) {
  int status = kExitEnvironment;
  std::string lastWords;
  std::optional<StateKeeper> keeper;
  const Notify notify = [&](const std::string& line) {
    announcer.message(line);
    if (keeper) keeper->message(line);
  };
  try {
    requireRoot();
    keeper.emplace(options, StateFolder());
    Hooks hooks;
    hooks.started = [&](const trace::Uuid& id) {
      keeper->started(id);
      if (announcer.ready(startedLine(options, keeper->state()))) return;
      keeper->remove();
      throw EnvironmentError("whoever started this recording is gone");
    };
    hooks.dumped = [&](const FlightDump& dump) { keeper->dumped(dump); };
    const Outcome outcome = record(options, notify, hooks);
    status = kExitDone;
    lastWords = summarize(outcome);
  } catch (const std::exception& e) {
    announcer.message(describeFailure(e));
    lastWords = "exectrail: " + describeFailure(e) + "\n";
  }
  if (keeper) keeper->ended(status, lastWords);
  return status;
}

int start(Options options) {
  // The one in the background lives in another folder.
  options.output = std::filesystem::absolute(options.output).lexically_normal();
  return runInBackground([&](Announcer& announcer) { return recordBehind(options, announcer); });
}

int run(const Options& options) {
  if (options.checkConfig) {
    requireFiles(options);  // parsing it was the check of the rest
    return kExitDone;
  }
  switch (options.action) {
    case Action::kProbe:
      return probe(options);
    case Action::kStart:
      return start(options);
    case Action::kStop:
      return stopRecording(options.target, StateFolder());
    case Action::kDump:
      return dumpRecording(options.target, StateFolder());
    case Action::kRecord:
      break;
  }
  return recordHere(options);
}

}  // namespace
}  // namespace exectrail::recorder

int main(int argc, char** argv) {
  using namespace exectrail::recorder;
  std::optional<int> exitCode;
  const Options options = parseOptions(argc, argv, exitCode);
  if (exitCode) return *exitCode;
  try {
    return run(options);
  } catch (const std::exception& e) {
    say(exectrail::describeFailure(e));
  }
  return ownFailure(!options.command.empty(), exectrail::kExitEnvironment);
}
