#include "replay/live/record_live.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <vector>

#include "replay/live/raw_recording.h"
#include "replay/live/sandbox.h"
#include "replay/scenario/corpus.h"
#include "replay/support/temporary.h"
#include "trace/dump.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

namespace fs = std::filesystem;

// run.sh may be harmful outside the sandbox; each has to refuse that itself.
void requireGuard(const Scenario& scenario) {
  const std::string path = scenario.directory + "/run.sh";
  const std::string text = readAll(path);
  if (text.empty()) throw EnvironmentError(path + " is empty");
  if (text.find("EXECTRAIL_SANDBOX") == std::string::npos ||
      text.find("exit " + std::to_string(kOutsideSandbox)) == std::string::npos) {
    throw EnvironmentError(path +
                           " has no guard against being run outside the sandbox: copy the "
                           "line that corpus/README.md gives");
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
  const std::optional<LateRoot> late =
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
    live.cut = cutToScenario([&] { return trace::openTrace(raw); }, name, sink, late);
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
