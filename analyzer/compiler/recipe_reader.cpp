// YAML documents -> recipe models. Only the shape is checked here; what names and expressions mean
// is compile.cpp's business.
#include <algorithm>
#include <map>

#include "analyzer/compiler/recipe_sections.h"

namespace exectrail::analyzer {
namespace {

class DocumentReader {
 public:
  DocumentReader(std::string_view fileText, RecipeModels& models, Diagnostics& diagnostics)
      : fileText_(fileText),
        models_(models),
        diagnostics_(diagnostics),
        shape_(diagnostics),
        sections_(fileText, diagnostics) {}

  void read(const YamlNode& document) {
    if (document.find("recipe") != nullptr) {
      readRecipe(document);
    } else if (document.find("override") != nullptr) {
      readOverride(document);
    } else if (document.find("guidance") != nullptr) {
      readGuidance(document);
    } else if (document.find("lists") != nullptr || document.find("macros") != nullptr) {
      readShared(document);
    } else {
      const std::string found =
          document.entries.empty() ? "" : ", found '" + document.entries.front().key + "'";
      diagnostics_.error(DiagnosticCode::kUnknownDocument, document.position,
                         "a document must have one of the keys 'recipe', 'lists', 'macros', "
                         "'override' and 'guidance'" +
                             found);
    }
  }

 private:
  void readShared(const YamlNode& document) {
    shape_.onlyKeys(document, "a document of lists and macros", {"lists", "macros"});
    const YamlNode* lists = document.find("lists");
    if (lists != nullptr && shape_.isMap(*lists, "'lists'")) {
      for (const YamlEntry& entry : lists->entries) {
        ListModel list{keyText(entry), {}};
        shape_.checkName(list.name, "a list");
        list.entries = shape_.texts(entry.value, entry.position, "list '" + entry.key + "'");
        models_.lists.push_back(std::move(list));
      }
    }
    const YamlNode* macros = document.find("macros");
    if (macros == nullptr || !shape_.isMap(*macros, "'macros'")) return;
    for (const YamlEntry& entry : macros->entries) {
      MacroModel macro{fileText_, keyText(entry), entry.value};
      shape_.checkName(macro.name, "a macro");
      if (shape_.isText(entry.value, "macro '" + entry.key + "'")) {
        models_.macros.push_back(std::move(macro));
      }
    }
  }

  void readGuidance(const YamlNode& document) {
    shape_.onlyKeys(document, "guidance", {"guidance", "ci", "staging", "production"});
    GuidanceDocument guidance;
    guidance.recipe = shape_.text(document, "guidance", "guidance");
    for (const YamlEntry& entry : document.entries) {
      if (entry.key == "guidance") continue;
      if (!shape_.onlyKeys(entry.value, "guidance", {"implications", "actions"})) continue;
      guidance.contexts.push_back({keyText(entry), shape_.texts(entry.value, "implications"),
                                   shape_.texts(entry.value, "actions")});
    }
    models_.guidance.push_back(std::move(guidance));
  }

  void readRecipe(const YamlNode& document) {
    shape_.onlyKeys(
        document, "a recipe",
        {"recipe",     "version",    "title",      "description", "severity", "enabled",
         "attack",     "compliance", "references", "judge",       "when",     "classes",
         "classes_of", "raise",      "lower",      "tag",         "exempt",   "suppress",
         "count",      "sequence",   "first_seen"});
    RecipeModel recipe;
    recipe.fileText = fileText_;
    recipe.name = shape_.text(document, "recipe", "a recipe");
    shape_.checkName(recipe.name, "a recipe");
    recipe.version = shape_.text(document, "version", "a recipe");
    recipe.title = shape_.text(document, "title", "a recipe");
    recipe.description = shape_.optionalText(document, "description");
    recipe.severity = shape_.text(document, "severity", "a recipe");
    recipe.enabled = shape_.optionalText(document, "enabled");
    recipe.attack = shape_.texts(document, "attack");
    recipe.compliance = shape_.texts(document, "compliance");
    recipe.references = shape_.texts(document, "references");
    sections_.readJudge(document, recipe);
    recipe.when = shape_.optionalText(document, "when");
    recipe.classesOf = shape_.optionalText(document, "classes_of");
    sections_.readClasses(document, recipe);
    checkTrigger(document);
    sections_.readModifiers(document, "raise", 1, recipe);
    sections_.readModifiers(document, "lower", -1, recipe);
    sections_.readModifiers(document, "tag", 0, recipe);
    sections_.readExemptions(document, recipe.exemptions);
    sections_.readSuppress(document, recipe);
    sections_.readCount(document, recipe);
    sections_.readSequence(document, recipe);
    recipe.firstSeen = shape_.texts(document, "first_seen");
    checkUnique(recipe);
    models_.recipes.push_back(std::move(recipe));
  }

  void checkTrigger(const YamlNode& document) {
    const YamlNode* classes = document.find("classes");
    const YamlNode* classesOf = document.find("classes_of");
    if (classes == nullptr && classesOf == nullptr && document.find("when") == nullptr) {
      diagnostics_.error(DiagnosticCode::kMissingKey, document.position,
                         "a recipe needs 'classes', 'classes_of' or 'when'",
                         "without one it would alert on everything or on nothing");
    }
    if (classes != nullptr && classesOf != nullptr) {
      diagnostics_.error(DiagnosticCode::kConflict, classesOf->position,
                         "'classes' and 'classes_of' exclude one another");
    }
  }

  void readOverride(const YamlNode& document) {
    shape_.onlyKeys(document, "an override",
                    {"override", "severity", "enabled", "classes", "lists", "exempt", "disable"});
    OverrideModel model;
    model.recipe = shape_.text(document, "override", "an override");
    model.severity = shape_.optionalText(document, "severity");
    model.enabled = shape_.optionalText(document, "enabled");
    readEdits(document, "classes", true, model.classes);
    readEdits(document, "lists", false, model.lists);
    sections_.readExemptions(document, model.exemptions);
    model.disable = shape_.texts(document, "disable");
    models_.overrides.push_back(std::move(model));
  }

  void readEdits(const YamlNode& document, std::string_view key, bool ofClass,
                 std::vector<EditModel>& edits) {
    const YamlNode* map = document.find(key);
    if (map == nullptr || !shape_.isMap(*map, "'" + std::string(key) + "'")) return;
    for (const YamlEntry& entry : map->entries) {
      const std::string what = "the change of '" + entry.key + "'";
      const bool sound = ofClass ? shape_.onlyKeys(entry.value, what, {"severity", "add", "remove"})
                                 : shape_.onlyKeys(entry.value, what, {"add", "remove"});
      if (!sound) continue;
      edits.push_back({keyText(entry), shape_.optionalText(entry.value, "severity"),
                       shape_.texts(entry.value, "add"), shape_.texts(entry.value, "remove")});
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
    if (!recipe.sequence) return;
    for (const StepModel& model : recipe.sequence->steps) check(model.name);
  }

  std::string_view fileText_;
  RecipeModels& models_;
  Diagnostics& diagnostics_;
  Shape shape_;
  SectionReader sections_;
};

}  // namespace

void readRecipeFile(const std::string& file, std::string_view fileText, RecipeModels& models,
                    Diagnostics& diagnostics) {
  DocumentReader reader(fileText, models, diagnostics);
  for (const YamlNode& document : parseYaml(file, fileText, diagnostics)) reader.read(document);
}

}  // namespace exectrail::analyzer
