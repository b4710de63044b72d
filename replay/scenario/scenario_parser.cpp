#include "replay/scenario/scenario_parser.h"

#include <re2/re2.h>

#include <algorithm>

#include "replay/scenario/expectation_parser.h"
#include "replay/scenario/needs.h"
#include "replay/scenario/recorded_parser.h"
#include "replay/scenario/yaml_fields.h"

namespace exectrail::replay {
namespace {

using analyzer::DiagnosticCode;
using analyzer::Diagnostics;
using analyzer::YamlNode;

constexpr DiagnosticCode code(ScenarioCode scenarioCode) {
  return static_cast<DiagnosticCode>(scenarioCode);
}

Check like(const char* pattern) {
  return [pattern](const std::string& text) { return RE2::FullMatch(text, pattern); };
}

std::vector<std::string> plain(const std::vector<Named>& names) {
  std::vector<std::string> result;
  result.reserve(names.size());
  for (const Named& each : names) result.push_back(each.name);
  return result;
}

class ScenarioParser {
 public:
  ScenarioParser(const ScenarioSource& source, Diagnostics& diagnostics)
      : source_(source), diagnostics_(diagnostics) {}

  Scenario parse(const YamlNode& root) {
    const YamlFields fields(
        root, "a scenario",
        {"story", "attack", "references", "tags", "needs", "variants", "stand_in", "recorder",
         "recorded", "fire", "silent", "inconclusive", "misses"},
        diagnostics_);
    scenario_.directory = source_.directory;
    scenario_.name = source_.name;
    scenario_.category = source_.name.substr(0, source_.name.find('/'));
    scenario_.file = source_.file;
    fields.require("story", "one sentence: what happens here?");
    scenario_.story = fields.text("story").value_or("");
    scenario_.standIn = fields.text("stand_in").value_or("");
    parseRecorder(fields);
    parseLists(fields);
    parseFire(fields);
    parseRecords(fields);
    parseSilent(fields);
    parseInconclusive(fields);
    parseMisses(fields);
    checkPurpose(fields);
    return std::move(scenario_);
  }

 private:
  void parseRecorder(const YamlFields& fields) {
    const std::optional<std::string> word = fields.text("recorder");
    scenario_.recorderIsLate = word == "late";
    if (!word || word == "late" || word == "first") return;
    diagnostics_.error(DiagnosticCode::kBadValue, fields.find("recorder")->position,
                       "'recorder' is `first` or `late`",
                       "late: it begins when run.sh stops itself with kill -STOP $$");
  }

  void parseLists(const YamlFields& fields) {
    scenario_.attack = plain(fields.names("attack", like(R"(T\d{4}(\.\d{3})?)"),
                                          "techniques of MITRE ATT&CK, such as T1505.003"));
    scenario_.references =
        plain(fields.names("references", like(R"(https?://\S+)"), "addresses, https://…"));
    scenario_.tags = plain(
        fields.names("tags", like("[a-z0-9][a-z0-9-]*"), "lower-case words joined by hyphens"));
    scenario_.variants = plain(fields.names("variants", like("[a-z0-9][a-z0-9_-]*"),
                                            "a variant is part of a file name: a-z, 0-9, - and _"));
    for (const Named& need : fields.names("needs", {}, "")) {
      if (!isKnownNeed(need.name)) {
        diagnostics_.error(
            code(ScenarioCode::kUnknownNeed), at(need.position),
            "'" + need.name + "' is not a need that can be checked" +
                analyzer::didYouMean(need.name, {"root", "eprobes", "kprobes", "at-execve-check"}),
            "root, eprobes, kprobes, at-execve-check, package:NAME, large-package:NAME or "
            "file:/PATH");
      }
      scenario_.needs.push_back(need.name);
    }
  }

  // The list behind `key`; reports anything but a list.
  const std::vector<YamlNode>& items(const YamlFields& fields, std::string_view key) {
    static const std::vector<YamlNode> kNone;
    const YamlNode* const list = fields.find(key);
    if (list == nullptr) return kNone;
    if (list->kind != YamlNode::Kind::kSequence) {
      diagnostics_.error(DiagnosticCode::kWrongShape, list->position,
                         "'" + std::string(key) + "' must be a list of maps",
                         "begin each entry with a hyphen");
    }
    return list->items;
  }

  void parseFire(const YamlFields& fields) {
    for (const YamlNode& item : items(fields, "fire")) {
      scenario_.fire.push_back(parseExpectation(item, scenario_.variants, diagnostics_));
    }
  }

  void parseRecords(const YamlFields& fields) {
    for (const YamlNode& item : items(fields, "recorded")) {
      scenario_.recorded.push_back(parseRecorded(item, scenario_.variants, diagnostics_));
    }
  }

  void parseSilent(const YamlFields& fields) {
    const YamlNode* const silent = fields.find("silent");
    if (silent == nullptr) return;  // the stricter reading: everything else
    if (silent->kind == YamlNode::Kind::kSequence) {
      scenario_.silent = {false, fields.names("silent", {}, "")};
    } else if (silent->text != "everything else") {
      diagnostics_.error(DiagnosticCode::kBadValue, silent->position,
                         "'silent' is either `everything else` or a list of recipes");
    }
  }

  void parseInconclusive(const YamlFields& fields) {
    const YamlNode* const inconclusive = fields.find("inconclusive");
    if (inconclusive == nullptr || inconclusive->text == "none") return;
    scenario_.anyInconclusive = inconclusive->text == "any";
    if (scenario_.anyInconclusive) return;
    if (inconclusive->kind != YamlNode::Kind::kSequence) {
      diagnostics_.error(DiagnosticCode::kBadValue, inconclusive->position,
                         "'inconclusive' is `none`, `any` or a list of recipes");
      return;
    }
    scenario_.inconclusive = fields.names("inconclusive", {}, "");
  }

  void parseMisses(const YamlFields& fields) {
    for (const YamlNode& item : items(fields, "misses")) {
      const YamlFields miss(item, "a `misses` entry", {"recipe", "rule", "why"}, diagnostics_);
      const YamlNode* const recipe = miss.find("recipe");
      const YamlNode* const rule = miss.find("rule");
      if (item.kind == YamlNode::Kind::kMap && (recipe == nullptr) == (rule == nullptr)) {
        diagnostics_.error(DiagnosticCode::kMissingKey, item.position,
                           "a `misses` entry needs either 'recipe' or 'rule'");
      }
      miss.require("why", "why is it not caught? the answer is what makes a miss worth keeping");
      const YamlNode* const named = recipe != nullptr ? recipe : rule;
      const std::string_view key = recipe != nullptr ? "recipe" : "rule";
      scenario_.misses.push_back({recipe == nullptr,
                                  {miss.text(key).value_or(""), positionOf(named ? *named : item)},
                                  miss.text("why").value_or("")});
    }
  }

  void checkPurpose(const YamlFields& fields) {
    if (scenario_.category == "benign" || fields.node().kind != YamlNode::Kind::kMap) return;
    fields.require("attack", "which technique is it? attack: [T1059.004]");
    if (!scenario_.fire.empty() || !scenario_.misses.empty()) return;
    if (!scenario_.recorded.empty()) return;
    diagnostics_.error(
        code(ScenarioCode::kNothingExpected), fields.node().position,
        "nothing is expected of an attack",
        "say what must fire under `fire`, what does not catch it under `misses`, or what "
        "a recorder must see under `recorded`");
  }

  analyzer::SourcePosition at(const Position& position) const {
    return {source_.file, static_cast<std::uint32_t>(position.line),
            static_cast<std::uint32_t>(position.column)};
  }

  const ScenarioSource& source_;
  Diagnostics& diagnostics_;
  Scenario scenario_;
};

}  // namespace

std::optional<Scenario> parseScenario(const ScenarioSource& source, Diagnostics& diagnostics) {
  diagnostics.addSource(source.file, source.text);
  const std::size_t errorsBefore = diagnostics.errors().size();
  const std::vector<YamlNode> documents =
      analyzer::parseYaml(source.file, source.text, diagnostics);
  if (diagnostics.errors().size() == errorsBefore && documents.size() != 1) {
    diagnostics.error(
        DiagnosticCode::kWrongShape, {source.file, 1, 1},
        "a scenario is one YAML document, this file has " + std::to_string(documents.size()));
  }
  if (diagnostics.errors().size() > errorsBefore) return std::nullopt;
  Scenario scenario = ScenarioParser(source, diagnostics).parse(documents.front());
  if (diagnostics.errors().size() > errorsBefore) return std::nullopt;
  return scenario;
}

void checkRecipes(const Scenario& scenario, const std::vector<std::string>& recipes,
                  Diagnostics& diagnostics) {
  const auto check = [&](const Named& recipe) {
    if (std::find(recipes.begin(), recipes.end(), recipe.name) != recipes.end()) return;
    std::string loaded;
    for (const std::string& each : recipes) loaded += (loaded.empty() ? "" : ", ") + each;
    diagnostics.error(
        code(ScenarioCode::kUnknownRecipe),
        {scenario.file, static_cast<std::uint32_t>(recipe.position.line),
         static_cast<std::uint32_t>(recipe.position.column)},
        "there is no recipe '" + recipe.name + "'" + analyzer::didYouMean(recipe.name, recipes),
        "loaded: " + (loaded.empty() ? "none" : loaded));
  };
  for (const Expectation& expectation : scenario.fire) check(expectation.recipe);
  for (const Named& recipe : scenario.silent.recipes) check(recipe);
  for (const Named& recipe : scenario.inconclusive) check(recipe);
  for (const Miss& miss : scenario.misses) {
    if (!miss.foreign) check(miss.name);
  }
}

std::string formatErrors(const Diagnostics& diagnostics) { return diagnostics.format('S'); }

}  // namespace exectrail::replay
