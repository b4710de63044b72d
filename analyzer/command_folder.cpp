// exectrail analyze FOLDER: a folder of segments, read once or followed.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "analyzer/commands.h"
#include "analyzer/follow/follower.h"
#include "analyzer/output/format.h"
#include "analyzer/output/summary.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxFolders = 1'000;  // that are watched for changes

// Rules are read from all folders below the one that is named.
std::vector<std::string> foldersBelow(const std::string& path) {
  std::vector<std::string> folders;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(path, error), end;
       !error && it != end && folders.size() < kMaxFolders; it.increment(error)) {
    if (it->is_directory(error)) folders.push_back(it->path().string());
  }
  return folders;
}

bool found(const AnalyzeOptions& options, const Follower& follower) {
  if (!options.failOn) return false;
  const Summary& total = follower.summary();
  for (auto i = static_cast<std::size_t>(*options.failOn); i < kSeverityNames.size(); ++i) {
    if (total.alertsBySeverity.at(i) != 0) return true;
  }
  return !options.allowInconclusive &&
         (inconclusiveCount(total) != 0 || total.gaps != 0 || follower.notSeen() != 0);
}

}  // namespace

int analyzeFolder(const AnalyzeOptions& options, std::shared_ptr<const Program> program,
                  const Baseline* baseline, RulesInUse rules, const Sandbox* sandbox) {
  Operations operations(options.operations);
  FollowSettings settings;
  settings.folder = options.traces.front();
  while (settings.folder.size() > 1 && settings.folder.ends_with('/')) settings.folder.pop_back();
  settings.follow = options.follow;
  settings.ahead = options.ahead;
  settings.checkpoint = options.checkpoint;
  settings.output = options.output;
  settings.sinks = options.sinks;
  for (SinkSpec& sink : settings.sinks) sink.least = std::max(sink.least, options.minSeverity);
  settings.secrets = options.secrets;
  settings.metrics = options.metrics;
  settings.confinedFiles = sandbox != nullptr && sandbox->files();
  settings.confinedCalls = sandbox != nullptr && sandbox->systemCalls();
  settings.watched = options.recipes.paths;
  for (const std::string& path : options.recipes.rules) {
    settings.watched.push_back(path);
    for (const std::string& folder : foldersBelow(path)) settings.watched.push_back(folder);
  }
  if (!options.recipes.workloads.empty()) settings.watched.push_back(options.recipes.workloads);
  settings.separator.assign(options.format == Format::kText ? 1 : 0, '\n');
  const auto written = [&options](const Alert& alert, const trace::Header& header,
                                  const Program& applied) -> std::string {
    if (alert.severity < options.minSeverity) return {};
    return render(options.format, alert, {header, applied.inputsSha256(), options.context, {}});
  };
  // What is usual is not loaded anew: it is learnt from traces, not edited.
  const auto load = [&options, &rules] {
    Baseline same;
    return loadWithInputs(options, same, rules);
  };
  Follower follower(std::move(settings), std::move(program), load, written, baseline, operations);
  follower.run();
  // With a checkpoint, all of them may have been read before.
  const bool empty = options.checkpoint.empty() || tracesIn(options.traces.front()).empty();
  if (!options.follow && !follower.anything() && !follower.damaged() && empty) {
    throw EnvironmentError(trace::quoteForTerminal(options.traces.front()) +
                           " is a directory without traces (*.trail); name a trace file, or the "
                           "folder that a recorder writes segments into");
  }
  std::cerr << toText(follower.summary(), "");
  if (options.follow) return kExitDone;
  if (follower.damaged()) return kExitEnvironment;
  return found(options, follower) ? kExitFound : kExitDone;
}

}  // namespace exectrail::analyzer
