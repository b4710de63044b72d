// What exectrail-analyze does, one function per word. Each returns the exit status.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/baseline.h"
#include "analyzer/options.h"
#include "analyzer/rules/rules_in_use.h"
#include "analyzer/sandbox/sandbox.h"

namespace exectrail::analyzer {

int analyze(const AnalyzeOptions& options);
int recipes(const RecipesOptions& options);
int baseline(const BaselineOptions& options);
int checkRules(const RulesOptions& options);

// recipes show
int show(const RecipesOptions& options, const Program& program);

// recipes explain
int explain(const RecipesOptions& options, const Program& program);

// recipes except
int except(const RecipesOptions& options, const Program& program);

// analyze --what-if
int whatIf(const AnalyzeOptions& options);

int status(const AnalyzeOptions& options);

// Does not return: its threads end with the program.
int top(const AnalyzeOptions& options);

// analyze FOLDER. `sandbox`: what it runs in, or null.
int analyzeFolder(const AnalyzeOptions& options, std::shared_ptr<const Program> program,
                  const Baseline* baseline, RulesInUse rules, const Sandbox* sandbox);

// The program of `options`, with its inputs; null after saying what is wrong. `baseline` gets what
// --baseline names.
std::shared_ptr<const Program> loadWithInputs(const AnalyzeOptions& options, Baseline& baseline,
                                              RulesInUse& rules);

// analyze --where
int listWhere(const AnalyzeOptions& options);

// Recipe files of `options`, shipped ones first. Throws EnvironmentError if those are not there;
// nothing, after a message, if others are not.
std::optional<std::vector<RecipeSource>> loadSources(const RecipeOptions& options);

// The content of a file of at most 256 MiB. Throws EnvironmentError.
std::string readWhole(const std::string& path);

// What containers are, from the file at `path`; empty: `workloads` stays null. False, after a
// message, if there is no such file or it says something else.
bool loadWorkloads(const std::string& path, std::shared_ptr<const Workloads>& workloads,
                   std::string& content);

// `program` with the rules that `options` names, after an account of what was refused on standard
// error; null, after a message, if they are not there or none of them can be used. Throws
// EnvironmentError if they may not take the place of those in `inUse`, which may be null.
std::unique_ptr<const Program> withRules(const Program& program, const RecipeOptions& options,
                                         RulesInUse* inUse);

// The recipes asked for, compiled; null after saying on standard error what is wrong with them.
// Throws EnvironmentError if the shipped ones are not there.
std::unique_ptr<const Program> loadProgram(const RecipeOptions& options,
                                           RulesInUse* inUse = nullptr);

}  // namespace exectrail::analyzer
