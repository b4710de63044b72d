// exectrail recipes list | show | check | explain | except, and loading recipes for all words.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "analyzer/answer.h"
#include "analyzer/commands.h"
#include "analyzer/compiler/recipe_files.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

std::string severities(const Recipe& recipe) {
  if (recipe.severity) return std::string(name(*recipe.severity));
  Severity least = Severity::kCritical;
  Severity most = Severity::kInfo;
  for (const DirectoryClass& directoryClass : recipe.classifier.classes()) {
    least = std::min(least, moved(directoryClass.severity, recipe.classStep));
    most = std::max(most, moved(directoryClass.severity, recipe.classStep));
  }
  const std::string text(name(least));
  return least == most ? text : text + ".." + std::string(name(most));
}

void list(const Program& program) {
  for (const Recipe& recipe : program.recipes()) {
    const RecipeInfo& info = *recipe.info;
    std::cout << info.name << ' ' << info.version << "  " << severities(recipe) << "  "
              << info.title << (recipe.enabled ? "" : " (off until enabled)") << '\n';
  }
}

void describe(const Program& program) {
  for (const Recipe& recipe : program.recipes()) {
    std::cout << "sound: " << recipe.info->name << ' ' << recipe.info->version << ", "
              << recipe.classifier.classes().size() << " classes, " << recipe.modifiers.size()
              << " conditions, " << recipe.exemptions.size() << " exemptions\n";
  }
}

// Nothing but blanks and comments.
bool isEmpty(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#') return false;
  }
  return true;
}

// A file that was saved before it was written is as sound as it is useless.
void tellEmpty(const RecipeOptions& options) {
  const auto sources = loadSources(options);
  if (!sources) return;
  for (const RecipeSource& source : *sources) {
    if (!isEmpty(source.text)) continue;
    std::cerr << "exectrail: warning: " << trace::quoteForTerminal(source.path)
              << " is empty: it has no recipe, list, macro or override\n";
  }
}

}  // namespace

std::optional<std::vector<RecipeSource>> loadSources(const RecipeOptions& options) {
  std::vector<std::string> paths = options.paths;
  if (options.builtin) paths.insert(paths.begin(), builtinRecipesFolder());
  try {
    return loadRecipes(paths);
  } catch (const EnvironmentError& error) {
    // A recipe that was named and is not there is a mistake of the command line.
    std::cerr << "exectrail: " << error.what() << '\n';
    return std::nullopt;
  }
}

std::unique_ptr<const Program> loadProgram(const RecipeOptions& options, RulesInUse* inUse) {
  const auto sources = loadSources(options);
  if (!sources) return nullptr;
  Diagnostics diagnostics;
  auto program = compile(*sources, diagnostics);
  if (!program) {
    std::cerr << diagnostics.format();
    return nullptr;
  }
  std::shared_ptr<const Workloads> workloads;
  std::string content;
  if (!loadWorkloads(options.workloads, workloads, content)) return nullptr;
  if (workloads) program = program->withInput("workloads", content)->withWorkloads(workloads);
  if (!options.rules.empty()) program = withRules(*program, options, inUse);
  if (!program) return nullptr;
  if (program->recipes().empty()) {
    std::cerr << "exectrail: no recipe to apply; name one with --recipes PATH\n";
    return nullptr;
  }
  return program;
}

int recipes(const RecipesOptions& asked) {
  RecipesOptions options = asked;
  // What a site has excepted already is part of the question.
  std::vector<std::string>& paths = options.recipes.paths;
  const bool added = options.word == RecipesWord::kExcept && !options.output.empty() &&
                     std::filesystem::exists(options.output) &&
                     std::ranges::count(paths, options.output) == 0;
  if (added) paths.push_back(options.output);
  const auto program = loadProgram(options.recipes);
  if (!program) return kExitUsage;
  if (options.word == RecipesWord::kShow) return show(options, *program);
  if (options.word == RecipesWord::kExplain) return explain(options, *program);
  if (options.word == RecipesWord::kExcept) return except(options, *program);
  if (options.word == RecipesWord::kList) {
    list(*program);
  } else {
    describe(*program);
    tellEmpty(options.recipes);
  }
  flushAnswer();
  return kExitDone;
}

}  // namespace exectrail::analyzer
