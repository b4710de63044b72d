// The words of exectrail-replay. Each returns an exit code; what the environment refuses is thrown.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <vector>

#include "replay/filter.h"
#include "replay/verdict.h"

namespace exectrail::replay {

struct RecipeOptions {
  std::vector<std::string> paths;  // --recipes
  bool noBuiltin = false;          // --no-builtin
};

enum class ReportFormat { kText, kJson, kJUnit, kMarkdown };

struct RunOptions {
  std::vector<std::string> paths;  // scenarios; empty: corpus/
  Filter filter;
  RecipeOptions recipes;
  ReportFormat format = ReportFormat::kText;
  Unexpected unexpected = Unexpected::kFail;
  unsigned jobs = 1;
  bool verbose = false;
};

struct LiveCommandOptions {
  std::vector<std::string> paths;
  bool all = false;  // of corpus/
  std::string variant;
  std::string outputDirectory;
  std::chrono::seconds timeout{60};
  RecipeOptions recipes;
};

int runCommand(const RunOptions& options, std::ostream& out, std::ostream& errors);
int listCommand(const std::vector<std::string>& paths, std::ostream& out, std::ostream& errors);
int recordLiveCommand(const LiveCommandOptions& options, std::ostream& out, std::ostream& errors);

inline constexpr const char* kDefaultCorpus = "corpus";

}  // namespace exectrail::replay
