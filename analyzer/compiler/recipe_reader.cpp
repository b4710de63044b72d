// YAML documents -> recipe models. Only the shape is checked here; what names and expressions mean
// is compile.cpp's business.
#include <algorithm>
#include <map>

#include "analyzer/compiler/recipe_model.h"
#include "analyzer/compiler/shape.h"

namespace exectrail::analyzer {
namespace {

Text keyText(const YamlEntry& entry) {
  Text text;
  text.kind = YamlNode::Kind::kScalar;
  text.position = entry.position;
  text.text = entry.key;
  return text;
}

class DocumentReader {
 public:
  DocumentReader(std::string_view fileText, RecipeModels& models, Diagnostics& diagnostics)
      : fileText_(fileText), models_(models), diagnostics_(diagnostics), shape_(diagnostics) {}

  void read(const YamlNode& document) {
    if (document.find("recipe") != nullptr) {
      readRecipe(document);
    } else if (document.find("lists") != nullptr) {
      readLists(document);
    } else {
      const std::string found =
          document.entries.empty() ? "" : ", found '" + document.entries.front().key + "'";
      diagnostics_.error(DiagnosticCode::kUnknownDocument, document.position,
                         "a document must have the key 'recipe' or 'lists'" + found);
    }
  }

 private:
  void readLists(const YamlNode& document) {
    shape_.onlyKeys(document, "a document of lists", {"lists"});
    const YamlNode& lists = *document.find("lists");
    if (!shape_.isMap(lists, "'lists'")) return;
    for (const YamlEntry& entry : lists.entries) {
      ListModel list{keyText(entry), {}};
      shape_.checkName(list.name, "a list");
      list.entries = shape_.texts(entry.value, entry.position, "list '" + entry.key + "'");
      models_.lists.push_back(std::move(list));
    }
  }

  void readRecipe(const YamlNode& document) {
    shape_.onlyKeys(document, "a recipe",
                    {"recipe", "version", "title", "description", "severity", "attack",
                     "compliance", "references", "judge", "classes", "raise", "lower", "exempt"});
    RecipeModel recipe;
    recipe.fileText = fileText_;
    recipe.name = shape_.text(document, "recipe", "a recipe");
    shape_.checkName(recipe.name, "a recipe");
    recipe.version = shape_.text(document, "version", "a recipe");
    recipe.title = shape_.text(document, "title", "a recipe");
    recipe.description = shape_.optionalText(document, "description");
    recipe.attack = shape_.texts(document, "attack");
    recipe.compliance = shape_.texts(document, "compliance");
    recipe.references = shape_.texts(document, "references");
    readSeverity(document);
    readJudge(document, recipe);
    readClasses(document, recipe);
    readModifiers(document, "raise", 1, recipe);
    readModifiers(document, "lower", -1, recipe);
    readExemptions(document, recipe);
    checkUnique(recipe);
    models_.recipes.push_back(std::move(recipe));
  }

  void readSeverity(const YamlNode& document) {
    const Text severity = shape_.text(document, "severity", "a recipe");
    if (severity.text.empty() || severity.text == "per class") return;
    diagnostics_.error(DiagnosticCode::kBadValue, severity.position,
                       "severity must be 'per class', found '" + severity.text + "'",
                       "each class states its own severity");
  }

  void readJudge(const YamlNode& document, RecipeModel& recipe) {
    const YamlNode* judge = document.find("judge");
    if (judge == nullptr) {
      diagnostics_.error(DiagnosticCode::kMissingKey, document.position,
                         "'judge' is missing in a recipe",
                         "judge: {results: [ok, EACCES], path: file.path}");
      return;
    }
    if (!shape_.onlyKeys(*judge, "'judge'", {"results", "path", "typed_path_only"})) return;
    recipe.judge.results = shape_.texts(*judge, "results");
    if (judge->find("results") == nullptr) {
      diagnostics_.error(DiagnosticCode::kMissingKey, judge->position,
                         "'results' is missing in 'judge'", "results: [ok] judges what ran");
    }
    const Text path = shape_.text(*judge, "path", "'judge'");
    if (!path.text.empty() && path.text != "file.path") {
      diagnostics_.error(DiagnosticCode::kBadValue, path.position,
                         "the path that decides must be file.path, found '" + path.text + "'",
                         "file.path is what the kernel resolved, and what was typed if that is "
                         "not known");
    }
    recipe.judge.typedPathOnly = shape_.optionalText(*judge, "typed_path_only");
  }

  void readClasses(const YamlNode& document, RecipeModel& recipe) {
    const YamlNode* classes = document.find("classes");
    if (classes == nullptr) {
      diagnostics_.error(DiagnosticCode::kMissingKey, document.position,
                         "'classes' is missing in a recipe");
      return;
    }
    if (!shape_.isMap(*classes, "'classes'")) return;
    for (const YamlEntry& entry : classes->entries) {
      const std::string what = "class '" + entry.key + "'";
      if (!shape_.onlyKeys(entry.value, what, {"severity", "under", "glob", "except"})) continue;
      ClassModel model;
      model.name = keyText(entry);
      shape_.checkName(model.name, "a class");
      model.severity = shape_.text(entry.value, "severity", what);
      model.under = shape_.texts(entry.value, "under");
      model.glob = shape_.texts(entry.value, "glob");
      model.except = shape_.texts(entry.value, "except");
      if (entry.value.find("under") == nullptr && entry.value.find("glob") == nullptr) {
        diagnostics_.error(DiagnosticCode::kMissingKey, entry.position,
                           what + " has neither 'under' nor 'glob'");
      }
      recipe.classes.push_back(std::move(model));
    }
  }

  void readModifiers(const YamlNode& document, std::string_view key, int step,
                     RecipeModel& recipe) {
    const YamlNode* modifiers = document.find(key);
    if (modifiers == nullptr || !shape_.isMap(*modifiers, "'" + std::string(key) + "'")) return;
    for (const YamlEntry& entry : modifiers->entries) {
      ModifierModel model{keyText(entry), entry.value, step};
      shape_.checkName(model.name, "a condition");
      if (shape_.isText(entry.value, "condition '" + entry.key + "'")) {
        recipe.modifiers.push_back(std::move(model));
      }
    }
  }

  void readExemptions(const YamlNode& document, RecipeModel& recipe) {
    const YamlNode* exempt = document.find("exempt");
    if (exempt == nullptr || !shape_.isSequence(*exempt, "'exempt'")) return;
    for (const YamlNode& item : exempt->items) {
      if (!shape_.onlyKeys(item, "an exemption",
                           {"name", "path", "parent", "why", "owner", "until"})) {
        continue;
      }
      ExemptionModel model;
      model.name = shape_.text(item, "name", "an exemption");
      shape_.checkName(model.name, "an exemption", true);
      model.paths = shape_.texts(item, "path");
      if (item.find("path") == nullptr) {
        diagnostics_.error(DiagnosticCode::kMissingKey, item.position,
                           "'path' is missing in an exemption");
      }
      model.parent = shape_.text(item, "parent", "an exemption");
      model.why = shape_.text(item, "why", "an exemption");
      model.owner = shape_.optionalText(item, "owner");
      model.until = shape_.optionalText(item, "until");
      recipe.exemptions.push_back(std::move(model));
    }
  }

  // Alerts and overrides name classes, conditions and exemptions alike: one name, one thing.
  void checkUnique(const RecipeModel& recipe) {
    std::map<std::string_view, std::uint32_t> lines;
    const auto check = [&](const Text& text) {
      if (text.text.empty()) return;
      const auto [found, added] = lines.emplace(text.text, text.position.line);
      if (added) return;
      diagnostics_.error(DiagnosticCode::kDuplicateName, text.position,
                         "'" + text.text + "' names two things in this recipe",
                         "the other one stands in line " + std::to_string(found->second));
    };
    for (const ClassModel& model : recipe.classes) check(model.name);
    for (const ModifierModel& model : recipe.modifiers) check(model.name);
    for (const ExemptionModel& model : recipe.exemptions) check(model.name);
  }

  std::string_view fileText_;
  RecipeModels& models_;
  Diagnostics& diagnostics_;
  Shape shape_;
};

}  // namespace

void readRecipeFile(const std::string& file, std::string_view fileText, RecipeModels& models,
                    Diagnostics& diagnostics) {
  DocumentReader reader(fileText, models, diagnostics);
  for (const YamlNode& document : parseYaml(file, fileText, diagnostics)) reader.read(document);
}

}  // namespace exectrail::analyzer
