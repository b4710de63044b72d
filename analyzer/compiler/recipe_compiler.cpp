#include "analyzer/compiler/recipe_compiler.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "analyzer/compiler/attack.h"
#include "analyzer/paths/path.h"

namespace exectrail::analyzer {
namespace {

std::string sourceOf(const Text& text) {
  return std::string(lastComponent(text.position.file)) + ":" + std::to_string(text.position.line);
}

std::vector<std::string> textsOf(const std::vector<Text>& texts) {
  std::vector<std::string> result;
  result.reserve(texts.size());
  for (const Text& text : texts) result.push_back(text.text);
  return result;
}

bool isVersion(std::string_view text) {
  int parts = 0;
  while (true) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > 6) return false;
    text.remove_prefix(digits);
    ++parts;
    if (text.empty()) return parts == 3;
    if (text[0] != '.') return false;
    text.remove_prefix(1);
  }
}

template <typename Number>
bool parseNumber(std::string_view text, Number& number) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && stop == text.data() + text.size();
}

// The first moment after the day "2027-09-30" (UTC), nanoseconds since 1970.
std::optional<std::int64_t> endOfDay(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' ||
      !parseNumber(text.substr(0, 4), year) || !parseNumber(text.substr(5, 2), month) ||
      !parseNumber(text.substr(8, 2), day) || year < 1970 || year > 2200) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  const auto end = std::chrono::sys_days(date) + std::chrono::days(1);
  return std::chrono::nanoseconds(end.time_since_epoch()).count();
}

}  // namespace

void RecipeCompiler::error(DiagnosticCode code, const Text& at, std::string message,
                           std::string help) {
  diagnostics_.error(code, at.position, std::move(message), std::move(help));
}

Recipe RecipeCompiler::compile(const RecipeModel& model) {
  Recipe recipe;
  recipe.info = compileInfo(model);
  compileSeverity(model, recipe);
  compileJudge(model.judge, recipe);
  if (model.enabled) {
    const std::string& text = model.enabled->text;
    recipe.enabled = text == "true";
    if (text != "true" && text != "false") {
      error(DiagnosticCode::kBadValue, *model.enabled, "'" + text + "' is neither true nor false");
    }
  }
  std::vector<std::string> classNames;
  for (const ClassModel& directoryClass : classesOf(model)) {
    compileClass(directoryClass, recipe);
    classNames.push_back(directoryClass.name.text);
    recipe.classified = true;
  }
  const Scope scope{lists_, classNames, &macros_};
  if (model.when) recipe.when = compileExpression(*model.when, model.fileText, scope);
  for (const ModifierModel& modifier : model.modifiers) {
    auto condition = compileExpression(modifier.expression, model.fileText, scope);
    if (!condition) continue;
    recipe.modifiers.push_back(
        {modifier.name.text, sourceOf(modifier.name), modifier.step, std::move(*condition)});
  }
  for (const ExemptionModel& exemption : model.exemptions) {
    compileExemption(exemption, scope, recipe);
  }
  compileRules(model, scope, recipe);
  return recipe;
}

const std::vector<ClassModel>& RecipeCompiler::classesOf(const RecipeModel& model) {
  if (!model.classesOf) return model.classes;
  std::vector<std::string> known;
  for (const RecipeModel& other : models_.recipes) {
    if (other.classes.empty()) continue;
    if (other.name.text == model.classesOf->text) return other.classes;
    known.push_back(other.name.text);
  }
  error(DiagnosticCode::kNoSuchThing, *model.classesOf,
        "there is no recipe '" + model.classesOf->text + "' with classes" +
            didYouMean(model.classesOf->text, known));
  return model.classes;
}

void RecipeCompiler::compileSeverity(const RecipeModel& model, Recipe& recipe) {
  const std::string& text = model.severity.text;
  if (text.empty()) return;  // reported as missing
  const bool classes = !model.classes.empty() || model.classesOf;
  const bool below = text == "one below class";
  recipe.classStep = below ? -1 : 0;
  if (!below && text != "per class") {
    recipe.severity = severityByName(text);
    if (recipe.severity) return;
    std::vector<std::string> names(kSeverityNames.begin(), kSeverityNames.end());
    names.insert(names.end(), {"per class", "one below class"});
    error(DiagnosticCode::kBadValue, model.severity,
          "unknown severity '" + text + "'" + didYouMean(text, names),
          "severities: info low medium high critical, 'per class', 'one below class'");
  } else if (!classes) {
    error(DiagnosticCode::kConflict, model.severity,
          "severity is '" + text + "', and the recipe has no classes",
          "severities: info low medium high critical");
  }
}

std::shared_ptr<const RecipeInfo> RecipeCompiler::compileInfo(const RecipeModel& model) {
  if (!model.version.text.empty() && !isVersion(model.version.text)) {
    error(DiagnosticCode::kBadValue, model.version, "'" + model.version.text + "' is no version",
          "a version is three numbers: 1.0.0");
  }
  for (const Text& reference : model.attack) {
    if (parseAttack(reference.text)) continue;
    error(DiagnosticCode::kBadValue, reference,
          "'" + reference.text + "' is no reference to ATT&CK",
          "write TA0002/T1204, T1505.003 or TA0005");
  }
  auto info = std::make_shared<RecipeInfo>();
  info->name = model.name.text;
  info->version = model.version.text;
  info->title = model.title.text;
  if (model.description) info->description = model.description->text;
  info->attack = textsOf(model.attack);
  info->compliance = textsOf(model.compliance);
  info->references = textsOf(model.references);
  compileGuidance(model, *info);
  return info;
}

void RecipeCompiler::compileGuidance(const RecipeModel& model, RecipeInfo& info) {
  for (const GuidanceDocument& document : models_.guidance) {
    if (document.recipe.text != model.name.text) continue;
    for (const GuidanceModel& guidance : document.contexts) {
      info.guidance.push_back(
          {guidance.context.text, textsOf(guidance.implications), textsOf(guidance.actions)});
    }
  }
}

void RecipeCompiler::compileJudge(const JudgeModel& judge, Recipe& recipe) {
  for (const Text& result : judge.results) {
    if (const auto number = resultByName(result.text)) {
      recipe.results.push_back(*number);
    } else {
      error(DiagnosticCode::kBadValue, result, "unknown result '" + result.text + "'",
            "a result is ok or the name of an errno, such as EACCES");
    }
  }
  for (const Text& role : judge.mappings) {
    if (role.text == "loader_target") {
      recipe.mappings.push_back(trace::MappingRole::kLoaderTarget);
    } else if (role.text == "library") {
      recipe.mappings.push_back(trace::MappingRole::kLibrary);
    } else {
      error(
          DiagnosticCode::kBadValue, role,
          "unknown role '" + role.text + "'" + didYouMean(role.text, {"loader_target", "library"}),
          "a mapping is a loader_target or a library");
    }
  }
  if (judge.path && judge.path->text == "script.path") {
    recipe.path = PathSource::kArgument;
  } else if (judge.path && judge.path->text != "file.path") {
    error(
        DiagnosticCode::kBadValue, *judge.path,
        "the path that decides must be file.path or script.path, found '" + judge.path->text + "'",
        "file.path is what the kernel resolved, and what was typed if that is not known; "
        "script.path is what an interpreter was given as an argument");
  }
  if (!judge.typedPathOnly || judge.typedPathOnly->text == "ignore") return;
  if (judge.typedPathOnly->text == "one_lower") {
    recipe.typedPathOnly = TypedPathOnly::kOneLower;
  } else {
    const std::string& text = judge.typedPathOnly->text;
    error(DiagnosticCode::kBadValue, *judge.typedPathOnly,
          "unknown value '" + text + "'" + didYouMean(text, {"one_lower", "ignore"}),
          "typed_path_only is one_lower or ignore");
  }
}

void RecipeCompiler::compileClass(const ClassModel& model, Recipe& recipe) {
  const std::vector<std::string> names(kSeverityNames.begin(), kSeverityNames.end());
  const auto severity = severityByName(model.severity.text);
  if (!severity && !model.severity.text.empty()) {
    error(DiagnosticCode::kBadValue, model.severity,
          "unknown severity '" + model.severity.text + "'" + didYouMean(model.severity.text, names),
          "severities: info low medium high critical");
  }
  DirectoryClass directoryClass{model.name.text, severity.value_or(Severity::kInfo), {}};
  for (const Text& pattern : model.except) {
    if (auto glob = compileGlob(pattern)) directoryClass.except.push_back(std::move(*glob));
  }
  const std::size_t index = recipe.classifier.addClass(std::move(directoryClass));
  for (const Text& directory : model.under) {
    if (const auto problem = problemOfDirectory(directory.text)) {
      error(DiagnosticCode::kBadPath, directory, problem->message, problem->help);
    }
    recipe.classifier.addDirectory(index, directory.text);
  }
  for (const Text& pattern : model.glob) {
    if (auto glob = compileGlob(pattern)) recipe.classifier.addPattern(index, std::move(*glob));
  }
}

void RecipeCompiler::compileExemption(const ExemptionModel& model, const Scope& scope,
                                      Recipe& recipe) {
  Exemption exemption;
  exemption.name = model.name.text;
  exemption.source = sourceOf(model.name);
  exemption.why = model.why.text;
  if (model.owner) exemption.owner = model.owner->text;
  for (const Text& pattern : model.paths) {
    if (auto glob = compileGlob(pattern)) exemption.paths.push_back(std::move(*glob));
  }
  if (model.until) {
    exemption.untilNs = endOfDay(model.until->text);
    if (!exemption.untilNs) {
      error(DiagnosticCode::kBadValue, *model.until, "'" + model.until->text + "' is no date",
            "until is the last day it holds, in UTC: 2027-09-30");
    }
  }
  if (model.parent.text.empty()) return;  // reported as missing
  auto parent = compileExpression(model.parent, model.fileText, scope);
  if (!parent) return;
  if (!requiresGenuine(*parent)) {
    error(DiagnosticCode::kNotGenuine, model.parent,
          "an exemption needs a genuine parent: anybody can choose a path, a name or arguments",
          "write genuine(@list), alone or joined to other conditions with 'and'");
  }
  exemption.parent = std::move(*parent);
  recipe.exemptions.push_back(std::move(exemption));
}

std::optional<Condition> RecipeCompiler::compileExpression(const Text& expression,
                                                           std::string_view fileText,
                                                           const Scope& scope) {
  const ExpressionErrors errors = [&](DiagnosticCode code, std::size_t offset, std::string message,
                                      std::string help) {
    diagnostics_.error(code, positionIn(expression, offset, fileText), std::move(message),
                       std::move(help));
  };
  const auto parsed = parseExpression(expression.text, errors);
  if (!parsed) return std::nullopt;
  return bindExpression(*parsed, expression.text, scope, errors);
}

std::optional<Glob> RecipeCompiler::compileGlob(const Text& pattern) {
  if (const auto problem = problemOfPathGlob(pattern.text)) {
    error(DiagnosticCode::kBadPath, pattern, problem->message, problem->help);
    return std::nullopt;
  }
  std::string problem;
  auto glob = Glob::compile(pattern.text, problem);
  if (!glob) {
    error(DiagnosticCode::kBadPath, pattern, "bad pattern '" + pattern.text + "': " + problem);
  }
  return glob;
}

}  // namespace exectrail::analyzer
