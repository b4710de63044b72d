#include "replay/record_live.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "replay/child.h"
#include "replay/sandbox.h"
#include "replay/temporary.h"
#include "trace/dump.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kRecorderGrace{30};  // to start, drain and write, beyond run.sh
constexpr std::size_t kLogLines = 20;

std::string readAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The last lines of what the recorder and run.sh printed, indented.
std::string tailOf(const std::string& path) {
  std::istringstream text(readAll(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  std::string tail;
  for (std::size_t i = lines.size() > kLogLines ? lines.size() - kLogLines : 0; i < lines.size();
       ++i) {
    tail += "\n    " + lines[i];
  }
  return tail;
}

// run.sh may be harmful outside the sandbox; each has to refuse that itself.
void requireGuard(const Scenario& scenario) {
  const std::string path = scenario.directory + "/run.sh";
  const std::string text = readAll(path);
  if (text.empty()) throw EnvironmentError(path + " cannot be read or is empty");
  if (text.find("EXECTRAIL_SANDBOX") == std::string::npos ||
      text.find("exit " + std::to_string(kOutsideSandbox)) == std::string::npos) {
    throw EnvironmentError(path +
                           " has no guard against being run outside the sandbox: copy the "
                           "line that corpus/README.md gives");
  }
}

// Interrupts reach the recorder, which ends and writes; we wait for it, as system(3) does.
class IgnoreInterrupts {
 public:
  IgnoreInterrupts() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignore, &before_);
  }
  ~IgnoreInterrupts() { ::sigaction(SIGINT, &before_, nullptr); }
  IgnoreInterrupts(const IgnoreInterrupts&) = delete;
  IgnoreInterrupts& operator=(const IgnoreInterrupts&) = delete;

 private:
  struct sigaction before_ {};
};

// Starts `command`, output to the file `log`. It gets our environment: run.sh does not, the sandbox
// gives it a clean one.
pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGINT);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, arguments[0], &actions, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throwErrno(error, "cannot run " + command[0]);
  return child;
}

void recordRaw(const Case& recording, const LiveOptions& options, const std::string& raw,
               const std::string& log) {
  std::vector<std::string> command = {options.recorder,
                                      "-o",
                                      raw,
                                      "--as-root",  // below sudo too: the sandbox needs it
                                      "--",
                                      options.self,
                                      "sandbox",
                                      "--timeout",
                                      std::to_string(options.timeout.count()),
                                      fs::absolute(recording.scenario->directory).string()};
  if (!recording.variant.empty()) command.push_back(recording.variant);
  ChildEnd end;
  {
    const IgnoreInterrupts waiting;
    end = waitForChild(spawn(command, log), options.timeout + kRecorderGrace, SIGINT);
  }
  if (end.timedOut) {
    throw EnvironmentError("the recorder did not end in time and was stopped" + tailOf(log));
  }
  if (end.status == kSandboxTimeout) {
    throw EnvironmentError("run.sh did not end within " + std::to_string(options.timeout.count()) +
                           " s; its sandbox was ended" + tailOf(log));
  }
  if (end.status != 0) {
    throw EnvironmentError("recording " + recording.name() + " ended with status " +
                           std::to_string(end.status) + ":" + tailOf(log));
  }
}

void writeDump(const std::string& tracePath, const std::string& dumpPath) {
  std::ofstream file(dumpPath, std::ios::binary);
  trace::dumpText(*trace::openTrace(tracePath), file);
  file.flush();
  if (!file) throw EnvironmentError("cannot write " + dumpPath);
}

// Recorded by root below sudo, they still belong to whoever owns the scenario.
void giveToOwnerOf(const std::string& model, const std::string& path) {
  struct stat owner {};
  if (::stat(model.c_str(), &owner) != 0 ||
      ::chown(path.c_str(), owner.st_uid, owner.st_gid) != 0) {
    throwErrno(errno, "cannot give " + path + " to the owner of " + model);
  }
}

void replace(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) throw EnvironmentError("cannot replace " + to + ": " + error.message());
}

}  // namespace

LiveRecording recordLive(const Case& recording, const LiveOptions& options) {
  requireGuard(*recording.scenario);
  const TemporaryDirectory temporary;
  const std::string raw = temporary.path() + "/raw.trail";
  recordRaw(recording, options, raw, temporary.path() + "/log");

  Case result = recording;
  Scenario moved = *recording.scenario;
  if (!options.outputDirectory.empty()) {
    moved.directory = options.outputDirectory + "/" + moved.name;
    std::error_code error;
    fs::create_directories(moved.directory, error);
    if (error) throw EnvironmentError("cannot make " + moved.directory + ": " + error.message());
    result.scenario = &moved;
  }
  // Written beside the old ones under other names first: renaming needs the same file system.
  LiveRecording live{{}, result.tracePath(), result.dumpPath()};
  const std::string newTrace = live.tracePath + ".new";
  const std::string newDump = live.dumpPath + ".new";
  std::error_code ignored;
  fs::remove(newTrace, ignored);
  try {
    const OwnedFd file(createFile(newTrace, 0644));
    trace::FdSink sink(file.get(), newTrace);
    std::string name = recording.scenario->name;
    if (!recording.variant.empty()) name += "/" + recording.variant;
    live.cut = cutToScenario([&] { return trace::openTrace(raw); }, name, sink);
    writeDump(newTrace, newDump);
    giveToOwnerOf(recording.scenario->file, newTrace);
    giveToOwnerOf(recording.scenario->file, newDump);
  } catch (...) {
    fs::remove(newTrace, ignored);
    fs::remove(newDump, ignored);
    throw;
  }
  replace(newTrace, live.tracePath);
  replace(newDump, live.dumpPath);
  return live;
}

std::string ownProgram() {
  std::error_code error;
  const fs::path path = fs::read_symlink("/proc/self/exe", error);
  if (error) throw EnvironmentError("/proc/self/exe cannot be read: " + error.message());
  return path.string();
}

std::string siblingProgram(const std::string& name) {
  const fs::path path = fs::path(ownProgram()).parent_path() / name;
  if (::access(path.c_str(), X_OK) != 0) {
    throw EnvironmentError("recording needs " + path.string() +
                           ", which is not there; build it with -DBUILD_RECORDER=ON");
  }
  return path.string();
}

}  // namespace exectrail::replay
