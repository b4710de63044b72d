#include "replay/scenario/expectation_parser.h"

#include <algorithm>

#include "replay/scenario/expectation_words.h"
#include "replay/scenario/yaml_fields.h"

namespace exectrail::replay {
namespace {

using analyzer::DiagnosticCode;
using analyzer::Diagnostics;
using analyzer::YamlNode;

std::vector<std::string> severityNames() {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(analyzer::Severity::kCritical); ++i) {
    names.emplace_back(analyzer::name(static_cast<analyzer::Severity>(i)));
  }
  return names;
}

void parseSeverity(const YamlFields& fields, Expectation& expectation, Diagnostics& diagnostics) {
  const std::optional<std::string> word = fields.text("severity");
  if (!word) return;
  expectation.severity = analyzer::severityByName(*word);
  if (expectation.severity) return;
  diagnostics.error(
      DiagnosticCode::kBadValue, fields.find("severity")->position,
      "'" + *word + "' is not a severity" + analyzer::didYouMean(*word, severityNames()),
      "one of info, low, medium, high, critical");
}

void parseProcess(const YamlNode& node, Expectation& expectation, Diagnostics& diagnostics) {
  const YamlFields process(node, "`process`", {"executable", "typed", "lineage"}, diagnostics);
  expectation.executable = process.text("executable");
  expectation.typedPath = process.text("typed");
  const YamlNode* const lineage = process.find("lineage");
  if (lineage == nullptr) return;
  if (lineage->kind != YamlNode::Kind::kSequence) {
    diagnostics.error(DiagnosticCode::kWrongShape, lineage->position,
                      "'lineage' must be a list of names", "write it as [php-fpm, sh, x]");
    return;
  }
  for (const YamlNode& item : lineage->items) {  // a name may come twice: [sh, sh, x]
    if (auto text = scalarText(item, "an entry of 'lineage'", diagnostics)) {
      expectation.lineage.push_back(*text);
    }
  }
}

void parseResult(const YamlFields& fields, Expectation& expectation, Diagnostics& diagnostics) {
  const std::optional<std::string> word = fields.text("result");
  if (!word) return;
  expectation.errorNumber = errnoByName(*word);
  if (expectation.errorNumber) return;
  diagnostics.error(DiagnosticCode::kBadValue, fields.find("result")->position,
                    "'" + *word + "' is not a result of execve",
                    "ok, or the name of an errno such as EACCES");
}

}  // namespace

Expectation parseExpectation(const YamlNode& node, const std::vector<std::string>& variants,
                             Diagnostics& diagnostics) {
  const YamlFields fields(node, "a `fire` entry",
                          {"recipe", "exactly", "at_least", "at_most", "severity", "process",
                           "file", "result", "reasons", "evidence", "variants"},
                          diagnostics);
  Expectation expectation;
  if (const YamlNode* recipe = fields.require("recipe", "name the recipe that must fire")) {
    expectation.recipe = {fields.text("recipe").value_or(""), positionOf(*recipe)};
  }
  const auto isVariant = [&variants](const std::string& name) {
    return std::find(variants.begin(), variants.end(), name) != variants.end();
  };
  for (const Named& variant : fields.names("variants", isVariant, "variants of this scenario")) {
    expectation.variants.push_back(variant.name);
  }
  expectation.count = parseCount(fields, "alerts", diagnostics);
  parseSeverity(fields, expectation, diagnostics);
  parseResult(fields, expectation, diagnostics);
  if (const YamlNode* process = fields.find("process")) {
    parseProcess(*process, expectation, diagnostics);
  }
  if (const YamlNode* file = fields.find("file")) {
    expectation.filePath = YamlFields(*file, "`file`", {"path"}, diagnostics).text("path");
  }
  for (const Named& reason : fields.names("reasons", {}, "")) {
    expectation.reasons.push_back(reason.name);
  }
  if (const YamlNode* evidence = fields.find("evidence")) {
    if (evidence->kind != YamlNode::Kind::kMap) {
      diagnostics.error(DiagnosticCode::kWrongShape, evidence->position, "'evidence' must be a map",
                        "write it as {executable: kernel}");
    }
    for (const analyzer::YamlEntry& entry : evidence->entries) {
      expectation.evidence[entry.key] = parseClasses(entry.value, diagnostics);
    }
  }
  return expectation;
}

}  // namespace exectrail::replay
