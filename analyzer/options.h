// The command line of exectrail-analyze, parsed and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/engine/severity.h"
#include "analyzer/follow/output_settings.h"
#include "analyzer/output/format.h"
#include "analyzer/rules/hardening.h"
#include "analyzer/rules/kubearmor_globs.h"
#include "analyzer/sinks/sink_spec.h"
#include "trace/reader.h"

namespace exectrail::analyzer {

struct RecipeOptions {
  std::vector<std::string> paths;  // --recipes, or what `recipes check` was given
  std::vector<std::string> rules;  // --rules: files and folders in other tools' languages
  std::string workloads;           // a file that says what containers are; empty: nobody does
  KubeArmorGlobs globs = KubeArmorGlobs::kAppArmor;
  bool builtin = true;
};

// Whether an analysis gives up what it does not need: as far as the kernel can, or not at all, or
// it does not begin.
enum class SandboxWish : std::uint8_t { kAuto, kOn, kOff };

struct AnalyzeOptions {
  std::vector<std::string> traces;  // "-" is standard input
  RecipeOptions recipes;
  Format format = Format::kText;
  Severity minSeverity = Severity::kLow;
  std::optional<Severity> failOn;
  bool allowInconclusive = false;
  bool posture = false;     // as json: what the mounts say, as lines of their own
  bool profile = false;     // say what each recipe cost
  std::string profileJson;  // a file for the same as JSON; empty: none
  std::string context;      // of the guidance in alerts: ci, staging, production; empty: none
  std::string baseline;     // a file; empty: none
  std::string where;        // an expression: list what satisfies it instead of applying recipes
  std::vector<std::string> noexec;  // of --what-if: directories, normalised; empty: not asked
  bool folder = false;     // the only trace is a folder of segments, which may not be there yet
  bool follow = false;     // of a folder: go on when all has been read
  std::string checkpoint;  // of a folder, a file: where to go on the next time; empty: none
  OutputSettings output;   // a file for alerts, or standard output
  std::string operations;  // a file for operational alerts; empty: standard error only
  std::vector<SinkSpec> sinks;       // besides the output, while following
  std::vector<std::string> secrets;  // patterns of what they do not get, besides ours
  std::string metrics;               // a socket that tells figures while following; empty: none
  SandboxWish sandbox = SandboxWish::kAuto;
  trace::Ahead ahead = trace::Ahead::kIfWorthIt;
  bool checkConfig = false;  // say whether options and recipes are sound, and read nothing
};

enum class RecipesWord : std::uint8_t { kCheck, kList, kShow, kExplain, kExcept };

struct RecipesOptions {
  RecipesWord word = RecipesWord::kCheck;
  RecipeOptions recipes;
  // Of kShow, the first of them; of kExplain and kExcept:
  std::string what;   // the name of a recipe, or an alert's id or its beginning
  std::string trace;  // a file
  std::string exec;   // PID or PID.NUMBER; empty: all that the recipe has a word on
  // Of kExcept, with `what` and `trace`:
  std::string reason;
  std::string until;  // YYYY-MM-DD
  std::string owner;
  std::string output;  // the site's file; empty: standard output
};

enum class RulesWord : std::uint8_t { kCheck, kConvert };

struct RulesOptions {
  RulesWord word = RulesWord::kCheck;
  std::vector<std::string> paths;
  std::string workloads;  // as above
  KubeArmorGlobs globs = KubeArmorGlobs::kAppArmor;
  std::optional<HardeningTarget> to;  // of kConvert; nothing: recipes
  bool json = false;                  // the account as an object a line
  bool strict = false;                // whatever is refused or warned about is a finding
};

struct BaselineOptions {
  std::vector<std::string> traces;
  RecipeOptions recipes;
  std::string output;  // empty: standard output
};

// What was asked for, or the exit status if there is nothing left to do: help was printed, or an
// error was.
template <typename Options>
struct Parsed {
  Options options;
  std::optional<int> exitStatus;
};

Parsed<AnalyzeOptions> parseAnalyze(int argc, const char* const* argv);

// argv[1] is "status". Where nothing is typed, the service's own configuration is asked.
Parsed<AnalyzeOptions> parseStatus(int argc, const char* const* argv);

// argv[1] is "top". The same.
Parsed<AnalyzeOptions> parseTop(int argc, const char* const* argv);

// argv[1] is "baseline".
Parsed<BaselineOptions> parseBaselineOptions(int argc, const char* const* argv);

// argv[1] is "rules".
Parsed<RulesOptions> parseRules(int argc, const char* const* argv);

// argv[1] is "recipes".
Parsed<RecipesOptions> parseRecipes(int argc, const char* const* argv);

}  // namespace exectrail::analyzer
