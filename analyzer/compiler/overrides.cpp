// A site's own changes: applied to the models, so that what they change is checked and compiled as
// if it had been written there. What an override names must exist: a typing error that silently
// changed nothing would be worse than an error.
#include <algorithm>
#include <set>

#include "analyzer/compiler/recipe_model.h"

namespace exectrail::analyzer {
namespace {

template <typename Model>
std::vector<std::string> namesOf(const std::vector<Model>& models) {
  std::vector<std::string> names;
  for (const Model& model : models) names.push_back(model.name.text);
  return names;
}

template <typename Model>
Model* findNamed(std::vector<Model>& models, const std::string& name) {
  const auto found =
      std::ranges::find_if(models, [&](const Model& model) { return model.name.text == name; });
  return found == models.end() ? nullptr : &*found;
}

class Overrider {
 public:
  Overrider(RecipeModels& models, Diagnostics& diagnostics)
      : models_(models), diagnostics_(diagnostics) {}

  void apply(const OverrideModel& model) {
    for (const EditModel& edit : model.lists) editList(edit);
    RecipeModel* recipe = findNamed(models_.recipes, model.recipe.text);
    if (recipe == nullptr) {
      if (!model.recipe.text.empty()) {
        noSuch(model.recipe, "recipe", namesOf(models_.recipes));
      }
      return;
    }
    if (model.severity) recipe->severity = *model.severity;
    if (model.enabled) recipe->enabled = *model.enabled;
    for (const Text& what : model.disable) disable(what, *recipe);
    for (const EditModel& edit : model.classes) editClass(edit, *recipe);
    for (const ExemptionModel& exemption : model.exemptions) {
      if (findNamed(recipe->exemptions, exemption.name.text) != nullptr) {
        diagnostics_.error(
            DiagnosticCode::kDuplicateName, exemption.name.position,
            "recipe '" + recipe->name.text + "' has an exemption '" + exemption.name.text +
                "' already",
            "give yours another name, or disable: [exempt." + exemption.name.text + "]");
        continue;
      }
      recipe->exemptions.push_back(exemption);
    }
  }

 private:
  void noSuch(const Text& name, const std::string& what, const std::vector<std::string>& known) {
    diagnostics_.error(
        DiagnosticCode::kNoSuchThing, name.position,
        "there is no " + what + " '" + name.text + "'" + didYouMean(name.text, known));
  }

  void remove(const std::vector<Text>& removed, std::vector<std::vector<Text>*> from) {
    for (const Text& text : removed) {
      std::size_t found = 0;
      for (std::vector<Text>* texts : from) {
        found += std::erase_if(*texts, [&](const Text& t) { return t.text == text.text; });
      }
      if (found != 0) continue;
      std::vector<std::string> known;
      for (const std::vector<Text>* texts : from) {
        for (const Text& t : *texts) known.push_back(t.text);
      }
      noSuch(text, "entry", known);
    }
  }

  void editList(const EditModel& edit) {
    ListModel* list = findNamed(models_.lists, edit.name.text);
    if (list == nullptr) return noSuch(edit.name, "list", namesOf(models_.lists));
    remove(edit.remove, {&list->entries});
    list->entries.insert(list->entries.end(), edit.add.begin(), edit.add.end());
  }

  void editClass(const EditModel& edit, RecipeModel& recipe) {
    ClassModel* model = findNamed(recipe.classes, edit.name.text);
    if (model == nullptr) {
      return noSuch(edit.name, "class", namesOf(recipe.classes));
    }
    if (edit.severity) model->severity = *edit.severity;
    remove(edit.remove, {&model->under, &model->glob});
    for (const Text& text : edit.add) {
      const bool pattern = text.text.find_first_of("*?[{") != std::string::npos;
      (pattern ? model->glob : model->under).push_back(text);
    }
  }

  void disable(const Text& what, RecipeModel& recipe) {
    const std::size_t dot = what.text.find('.');
    const std::string kind = what.text.substr(0, dot);
    const std::string name = dot == std::string::npos ? "" : what.text.substr(dot + 1);
    Text named = what;
    named.text = name;
    if (kind == "exempt") {
      eraseNamed(recipe.exemptions, named, "exemption");
    } else if (kind == "raise" || kind == "lower" || kind == "tag") {
      eraseNamed(recipe.modifiers, named, "condition");
    } else if (kind == "class") {
      eraseNamed(recipe.classes, named, "class");
    } else {
      diagnostics_.error(DiagnosticCode::kBadValue, what.position,
                         "'" + what.text + "' names nothing that can be disabled",
                         "write exempt.NAME, raise.NAME, lower.NAME, tag.NAME or class.NAME; a "
                         "whole recipe is switched off with enabled: false");
    }
  }

  template <typename Model>
  void eraseNamed(std::vector<Model>& models, const Text& name, const std::string& what) {
    const auto erased =
        std::erase_if(models, [&](const Model& model) { return model.name.text == name.text; });
    if (erased == 0) noSuch(name, what, namesOf(models));
  }

  RecipeModels& models_;
  Diagnostics& diagnostics_;
};

}  // namespace

void applyOverrides(RecipeModels& models, Diagnostics& diagnostics) {
  Overrider overrider(models, diagnostics);
  for (const OverrideModel& model : models.overrides) overrider.apply(model);
}

}  // namespace exectrail::analyzer
