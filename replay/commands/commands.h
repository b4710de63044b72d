// The words of exectrail-replay. Each returns an exit code; what the environment refuses is thrown.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "replay/scenario/filter.h"
#include "replay/verdict/verdict.h"

namespace exectrail::replay {

struct RecipeOptions {
  std::vector<std::string> paths;  // --recipes
  std::vector<std::string> rules;  // --rules
  bool noBuiltin = false;          // --no-builtin
};

enum class ReportFormat { kText, kJson, kJUnit, kMarkdown };

struct RunOptions {
  std::vector<std::string> paths;  // scenarios; empty: corpus/
  Filter filter;
  std::string variant;  // only recordings of it; empty: all
  RecipeOptions recipes;
  ReportFormat format = ReportFormat::kText;
  Unexpected unexpected = Unexpected::kFail;
  unsigned jobs = 1;
  bool verbose = false;
  std::uint64_t injectLoss = 0;  // so many times, instead of judging
  std::uint64_t seed = 1;
};

struct CompareOptions {
  std::string before;  // a set of recipes, see recipe_set.h
  std::string after;
  bool besideShipped = false;                // both are added to the shipped recipes
  bool rules = false;                        // so are these, which are rules of other tools
  std::vector<std::string> paths{"corpus"};  // traces, and folders of some
  ReportFormat format = ReportFormat::kText;
  unsigned jobs = 1;
};

enum class CoverageFormat { kText, kHtml, kNavigator };

struct CoverageOptions {
  std::vector<std::string> paths{"corpus"};
  RecipeOptions recipes;
  CoverageFormat format = CoverageFormat::kText;
  unsigned jobs = 1;
};

struct MinimizeOptions {
  std::string trace;
  std::string alert;   // its id or the beginning of it; empty: the only one
  std::string output;  // must not exist
  bool keepLineage = false;
  RecipeOptions recipes;
};

struct MutateOptions {
  std::vector<std::string> paths{"corpus"};
  RecipeOptions recipes;
  std::vector<std::string> only;  // names of recipes; empty: all
  bool entries = true;            // of lists as well
  bool corpus = true;             // ask the corpus
  bool generated = true;          // and traces made up for each recipe
  std::string keep;               // write those to this folder
  bool attacks = false;           // not recipes are changed but what they are to catch
  std::uint64_t failBelow = 0;    // per cent, of clauses and of entries
  ReportFormat format = ReportFormat::kText;
  unsigned jobs = 1;
  bool verbose = false;
};

struct BlessOptions {
  std::vector<std::string> paths;
  RecipeOptions recipes;
  bool yes = false;  // change files
};

struct PlayOptions {
  std::string trace;
  std::string output = "-";
  double speed = 1;  // 0: as fast as can be
};

struct VerifyStreamOptions {
  std::string trace;  // a file, or a folder of segments
  unsigned rounds = 5;
  std::uint64_t seed = 1;
  RecipeOptions recipes;
};

struct SanitizeOptions {
  std::string trace;
  std::string output;             // must not exist
  std::vector<std::string> keep;  // words that stay
  RecipeOptions recipes;
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
// Of run: what becomes of verdicts when events are lost.
int injectCommand(const analyzer::Program& program, const std::vector<Case>& cases,
                  const RunOptions& options, const std::string& rerunOptions, std::ostream& out,
                  std::ostream& errors);

int compareCommand(const CompareOptions& options, std::ostream& out, std::ostream& errors);
int coverageCommand(const CoverageOptions& options, std::ostream& out, std::ostream& errors);
int mutateCommand(const MutateOptions& options, std::ostream& out, std::ostream& errors);
// mutate, with --attacks.
int attacksCommand(const MutateOptions& options, std::ostream& out, std::ostream& errors);
int blessCommand(const BlessOptions& options, std::ostream& out, std::ostream& errors);
int playCommand(const PlayOptions& options, std::ostream& errors);
int sanitizeCommand(const SanitizeOptions& options, std::ostream& out, std::ostream& errors);
int verifyStreamCommand(const VerifyStreamOptions& options, std::ostream& out,
                        std::ostream& errors);
int minimizeCommand(const MinimizeOptions& options, std::ostream& out, std::ostream& errors);
int listCommand(const std::vector<std::string>& paths, std::ostream& out, std::ostream& errors);
int recordLiveCommand(const LiveCommandOptions& options, std::ostream& out, std::ostream& errors);

inline constexpr const char* kDefaultCorpus = "corpus";

}  // namespace exectrail::replay
