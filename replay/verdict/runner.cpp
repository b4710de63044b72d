#include "replay/verdict/runner.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "replay/scenario/needs.h"
#include "replay/verdict/observe.h"
#include "trace/dump.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/reader.h"

namespace exectrail::replay {
namespace {

namespace fs = std::filesystem;

std::string howToRecord(const Case& recording) {
  std::string command = "record it: sudo exectrail replay record-live ";
  command += recording.scenario->directory;
  if (!recording.variant.empty()) command += " --variant " + recording.variant;
  return command;
}

// Lines of a dump are long: what stands around `at`.
std::string around(std::size_t at, const std::string& line) {
  constexpr std::size_t kBefore = 24;
  constexpr std::size_t kShown = 72;
  const std::size_t begin = at - std::min(at, kBefore);
  return (begin > 0 ? "…" : "") + trace::escapeForTerminal(line.substr(begin, kShown)) +
         (line.size() > begin + kShown ? "…" : "");
}

// A text dump that does not say what the trace holds would be reviewed in its place.
std::optional<Result> checkDump(const Case& recording) {
  const std::string path = recording.dumpPath();
  std::ifstream file(path, std::ios::binary);
  if (!file) return failedTrace(recording, "there is no " + path, {howToRecord(recording)});
  std::ostringstream dumped;
  trace::dumpText(*trace::openTrace(recording.tracePath()), dumped);
  std::istringstream expected(dumped.str());
  for (int line = 1;; ++line) {
    std::string inFile;
    std::string inTrace;
    const bool fileEnds = !std::getline(file, inFile);
    const bool traceEnds = !std::getline(expected, inTrace);
    if (fileEnds && traceEnds) return std::nullopt;
    if (fileEnds == traceEnds && inFile == inTrace) continue;
    const auto differ = std::ranges::mismatch(inFile, inTrace).in1 - inFile.begin();
    const auto at = static_cast<std::size_t>(differ);
    return failedTrace(
        recording, "the dump does not agree with the trace",
        {path + ":" + std::to_string(line) + ":" + std::to_string(at + 1) + ": " +
             (fileEnds ? "(ends)" : around(at, inFile)),
         "the trace says: " + (traceEnds ? "(ends)" : around(at, inTrace)),
         "if the trace is right: exectrail trace dump " + recording.tracePath() + " > " + path});
  }
}

Result replayExisting(const analyzer::Program& program, const Case& recording,
                      Unexpected unexpected) {
  const std::unique_ptr<trace::Reader> reader = trace::openTrace(recording.tracePath());
  const Observation observation = observe(program, *reader, !recording.scenario->recorded.empty());
  if (reader->state().completeness != trace::Completeness::kComplete) {
    return failedTrace(recording, recording.tracePath() + " is not whole",
                       {reader->state().problem, howToRecord(recording)});
  }
  if (std::optional<Result> problem = checkDump(recording)) return *problem;
  return judge(recording, observation, unexpected);
}

Result replayMissing(const Case& recording) {
  // Never recorded, and this kernel cannot record it: nothing here can be done about it. A dump
  // without its trace, on the other hand, was recorded and then lost.
  if (!fs::exists(recording.dumpPath())) {
    if (std::optional<std::string> unmet = unmetKernelNeed(*recording.scenario)) {
      Result result;
      result.recording = recording;
      result.verdict = Verdict::kSkip;
      result.skipReason = *unmet;
      return result;
    }
  }
  return failedTrace(recording, "there is no " + recording.tracePath(), {howToRecord(recording)});
}

}  // namespace

Result replayCase(const analyzer::Program& program, const Case& recording, Unexpected unexpected) {
  const auto start = std::chrono::steady_clock::now();
  Result result;
  try {
    result = fs::exists(recording.tracePath()) ? replayExisting(program, recording, unexpected)
                                               : replayMissing(recording);
  } catch (const EnvironmentError& error) {
    result = failedTrace(recording, error.what(), {howToRecord(recording)});
  }
  result.duration = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  return result;
}

}  // namespace exectrail::replay
