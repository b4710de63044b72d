// Sections of a recipe, read from YAML: classes, conditions, exemptions, and what needs memory.
#pragma once

#include <string_view>

#include "analyzer/compiler/recipe_model.h"
#include "analyzer/compiler/shape.h"

namespace exectrail::analyzer {

Text keyText(const YamlEntry& entry);

class SectionReader {
 public:
  SectionReader(std::string_view fileText, Diagnostics& diagnostics)
      : fileText_(fileText), diagnostics_(diagnostics), shape_(diagnostics) {}

  void readJudge(const YamlNode& document, RecipeModel& recipe);
  void readClasses(const YamlNode& document, RecipeModel& recipe);
  void readModifiers(const YamlNode& document, std::string_view key, int step, RecipeModel& recipe);
  void readExemptions(const YamlNode& document, std::vector<ExemptionModel>& exemptions);
  void readSuppress(const YamlNode& document, RecipeModel& recipe);
  void readCount(const YamlNode& document, RecipeModel& recipe);
  void readSequence(const YamlNode& document, RecipeModel& recipe);

 private:
  void missing(const YamlNode& node, const std::string& message, std::string help = {});
  // A list of names of fields under `key`, which must be there.
  std::vector<Text> fields(const YamlNode& map, std::string_view key, const std::string& what);

  std::string_view fileText_;
  Diagnostics& diagnostics_;
  Shape shape_;
};

}  // namespace exectrail::analyzer
