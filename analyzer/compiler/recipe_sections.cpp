#include "analyzer/compiler/recipe_sections.h"

namespace exectrail::analyzer {

Text keyText(const YamlEntry& entry) {
  Text text;
  text.kind = YamlNode::Kind::kScalar;
  text.position = entry.position;
  text.text = entry.key;
  return text;
}

void SectionReader::missing(const YamlNode& node, const std::string& message, std::string help) {
  diagnostics_.error(DiagnosticCode::kMissingKey, node.position, message, std::move(help));
}

std::vector<Text> SectionReader::fields(const YamlNode& map, std::string_view key,
                                        const std::string& what) {
  if (map.find(key) == nullptr) {
    missing(map, "'" + std::string(key) + "' is missing in " + what,
            "a list of fields: [session.leader, file.path]");
  }
  return shape_.texts(map, key);
}

void SectionReader::readJudge(const YamlNode& document, RecipeModel& recipe) {
  const YamlNode* judge = document.find("judge");
  if (judge == nullptr) {
    return missing(document, "'judge' is missing in a recipe",
                   "judge: {results: [ok, EACCES], path: file.path}");
  }
  if (!shape_.onlyKeys(*judge, "'judge'", {"results", "mappings", "path", "typed_path_only"})) {
    return;
  }
  recipe.judge.results = shape_.texts(*judge, "results");
  recipe.judge.mappings = shape_.texts(*judge, "mappings");
  if (judge->find("results") == nullptr && judge->find("mappings") == nullptr) {
    missing(*judge, "'results' is missing in 'judge'", "results: [ok] judges what ran");
  }
  recipe.judge.path = shape_.optionalText(*judge, "path");
  recipe.judge.typedPathOnly = shape_.optionalText(*judge, "typed_path_only");
}

void SectionReader::readClasses(const YamlNode& document, RecipeModel& recipe) {
  const YamlNode* classes = document.find("classes");
  if (classes == nullptr || !shape_.isMap(*classes, "'classes'")) return;
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

void SectionReader::readModifiers(const YamlNode& document, std::string_view key, int step,
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

void SectionReader::readExemptions(const YamlNode& document,
                                   std::vector<ExemptionModel>& exemptions) {
  const YamlNode* exempt = document.find("exempt");
  if (exempt == nullptr || !shape_.isSequence(*exempt, "'exempt'")) return;
  for (const YamlNode& item : exempt->items) {
    if (!shape_.onlyKeys(item, "an exemption",
                         {"name", "path", "parent", "why", "owner", "until"})) {
      continue;
    }
    ExemptionModel model;
    model.fileText = fileText_;
    model.name = shape_.text(item, "name", "an exemption");
    shape_.checkName(model.name, "an exemption", true);
    model.paths = shape_.texts(item, "path");
    if (item.find("path") == nullptr) missing(item, "'path' is missing in an exemption");
    model.parent = shape_.text(item, "parent", "an exemption");
    model.why = shape_.text(item, "why", "an exemption");
    model.owner = shape_.optionalText(item, "owner");
    model.until = shape_.optionalText(item, "until");
    exemptions.push_back(std::move(model));
  }
}

void SectionReader::readSuppress(const YamlNode& document, RecipeModel& recipe) {
  const YamlNode* suppress = document.find("suppress");
  if (suppress == nullptr) return;
  if (!shape_.onlyKeys(*suppress, "'suppress'", {"key", "first", "window"})) return;
  recipe.suppress = SuppressModel{fields(*suppress, "key", "'suppress'"),
                                  shape_.text(*suppress, "first", "'suppress'"),
                                  shape_.text(*suppress, "window", "'suppress'")};
}

void SectionReader::readCount(const YamlNode& document, RecipeModel& recipe) {
  const YamlNode* count = document.find("count");
  if (count == nullptr) return;
  if (!shape_.onlyKeys(*count, "'count'", {"at_least", "within", "key", "distinct"})) return;
  CountModel model;
  model.position.position = count->position;
  model.atLeast = shape_.text(*count, "at_least", "'count'");
  model.within = shape_.text(*count, "within", "'count'");
  model.key = fields(*count, "key", "'count'");
  model.distinct = shape_.optionalText(*count, "distinct");
  recipe.count = std::move(model);
}

void SectionReader::readSequence(const YamlNode& document, RecipeModel& recipe) {
  const YamlNode* sequence = document.find("sequence");
  if (sequence == nullptr) return;
  if (!shape_.onlyKeys(*sequence, "'sequence'", {"within", "steps", "key"})) return;
  SequenceModel model;
  model.within = shape_.text(*sequence, "within", "'sequence'");
  model.key = fields(*sequence, "key", "'sequence'");
  const YamlNode* steps = sequence->find("steps");
  if (steps == nullptr) {
    missing(*sequence, "'steps' is missing in 'sequence'",
            "steps: [{name: download, when: CONDITION, key: [FIELD]}]");
  } else if (shape_.isSequence(*steps, "'steps'")) {
    for (const YamlNode& item : steps->items) {
      if (!shape_.onlyKeys(item, "a step", {"name", "when", "key"})) continue;
      StepModel step{shape_.text(item, "name", "a step"), shape_.text(item, "when", "a step"),
                     fields(item, "key", "a step")};
      shape_.checkName(step.name, "a step");
      model.steps.push_back(std::move(step));
    }
  }
  recipe.sequence = std::move(model);
}

}  // namespace exectrail::analyzer
