#include "recorder/control/control.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>

#include "recorder/host_facts.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

constexpr std::size_t kShortestId = 4;
constexpr int kLookEveryMs = 50;

std::string describe(const RecordingState& state) {
  return trace::quoteForTerminal(state.output) + " (" + state.id.substr(0, 8) + ", pid " +
         std::to_string(state.owner.pid) + ")";
}

std::string list(const std::vector<RecordingState>& states) {
  std::string text;
  for (const RecordingState& state : states) text += (text.empty() ? "" : ", ") + describe(state);
  return text;
}

bool matches(const RecordingState& state, const std::string& target) {
  if (target.size() >= kShortestId && state.id.starts_with(target)) return true;
  return state.output == outputName(target);
}

template <typename Keep>
std::vector<RecordingState> only(const std::vector<RecordingState>& states, const Keep& keep) {
  std::vector<RecordingState> kept;
  for (const RecordingState& state : states) {
    if (keep(state)) kept.push_back(state);
  }
  return kept;
}

// The one that is meant. `what` names its kind in messages, and `begins` what makes one.
RecordingState choose(const std::vector<RecordingState>& states, const std::string& target,
                      const std::string& word, const std::string& what, const std::string& begins) {
  if (!target.empty()) {
    const auto named =
        only(states, [&](const RecordingState& state) { return matches(state, target); });
    if (named.size() == 1) return named[0];
    if (named.size() > 1) {
      throw EnvironmentError(trace::quoteForTerminal(target) + " may be any of " + list(named) +
                             "; type more of the id");
    }
    const auto running = only(states, [](const RecordingState& state) { return state.alive(); });
    throw EnvironmentError("no " + what + " " + trace::quoteForTerminal(target) +
                           (running.empty() ? ", nor any other" : "; there is " + list(running)));
  }
  const auto running = only(states, [](const RecordingState& state) { return state.alive(); });
  // One that ended by itself still has something to say.
  const auto& candidates = running.empty() ? states : running;
  if (candidates.size() == 1) return candidates[0];
  if (candidates.empty()) {
    throw EnvironmentError("no " + what + " is running; begin one with: exectrail record " +
                           begins);
  }
  throw EnvironmentError("several " + what + "s: " + list(candidates) +
                         "; say which: exectrail record " + word + " FILE");
}

std::vector<RecordingState> look(const StateFolder& folder) {
  if (::geteuid() != 0) {
    throw EnvironmentError("this needs root, as recording does; this is uid " +
                           std::to_string(::geteuid()) + ": run it with sudo");
  }
  requireInitialPidNamespace();
  return folder.list();
}

// By their numbers: <sys/pidfd.h> of glibc 2.36 cannot be used from C++.
//
// A descriptor of exactly the process that records; none if it is gone.
FileDescriptor openProcess(const RecordingState& state) {
  FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, state.owner.pid, 0)));
  // Opened first, asked then: what has this pid now is what the descriptor is of.
  if (process.valid() && !isAlive(state.owner)) process.reset();
  return process;
}

void send(const FileDescriptor& process, int signal, const RecordingState& state) {
  if (::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0) return;
  if (errno == ESRCH) return;  // it has ended
  throwErrno(errno, "cannot signal the recorder of " + describe(state));
}

// True if it has ended within the time. -1: no limit.
bool waitForEnd(const FileDescriptor& process, int milliseconds) {
  pollfd polled{process.get(), POLLIN, 0};
  return ::poll(&polled, 1, milliseconds) > 0;
}

}  // namespace

int stopRecording(const std::string& target, const StateFolder& folder) {
  const RecordingState chosen = choose(look(folder), target, "stop", "recording", "start");
  if (const FileDescriptor process = openProcess(chosen); process.valid()) {
    send(process, SIGTERM, chosen);
    while (!waitForEnd(process, -1)) {
    }
  }
  const auto found = folder.find(chosen.id);
  if (!found) {
    std::cerr << "exectrail: " << describe(chosen) << " has ended, and said how where it ran\n";
    return kExitDone;
  }
  const RecordingState& last = *found;
  folder.remove(chosen.id);
  for (const std::string& message : last.messages) std::cerr << "exectrail: " << message << '\n';
  if (!last.status) {
    throw EnvironmentError("the recorder of " + describe(last) +
                           " was killed; what it had written until then can be read: exectrail "
                           "trace info " +
                           trace::quoteForTerminal(last.output));
  }
  std::cerr << last.summary;
  return *last.status;
}

int dumpRecording(const std::string& target, const StateFolder& folder) {
  const auto flying =
      only(look(folder), [](const RecordingState& state) { return state.flight && state.alive(); });
  const RecordingState chosen =
      choose(flying, target, "dump", "flight recorder", "start --flight-recorder TIME");
  const FileDescriptor process = openProcess(chosen);
  if (process.valid()) send(process, SIGUSR1, chosen);
  for (bool ended = !process.valid();; ended = waitForEnd(process, kLookEveryMs)) {
    const auto now = folder.find(chosen.id);
    if (now && now->dumps > chosen.dumps) {
      std::cerr << "exectrail: " << now->lastDump << '\n';
      return now->lastDumpWritten ? kExitDone : kExitEnvironment;
    }
    if (ended) throw EnvironmentError("the recorder of " + describe(chosen) + " has ended");
  }
}

}  // namespace exectrail::recorder
