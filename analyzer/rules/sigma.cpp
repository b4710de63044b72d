#include "analyzer/rules/sigma.h"

#include <algorithm>
#include <array>

#include "analyzer/compiler/attack.h"
#include "analyzer/rules/conditions.h"
#include "analyzer/rules/rule_recipe.h"
#include "analyzer/rules/sigma_detection.h"

namespace exectrail::analyzer::sigma {
namespace {

std::string textOf(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  return node == nullptr ? std::string() : node->text;
}

std::vector<std::string> textsOf(const YamlNode& map, std::string_view key) {
  std::vector<std::string> texts;
  const YamlNode* node = map.find(key);
  if (node == nullptr) return texts;
  if (node->kind == YamlNode::Kind::kScalar) texts.push_back(node->text);
  for (const YamlNode& item : node->items) {
    if (item.kind == YamlNode::Kind::kScalar) texts.push_back(item.text);
  }
  return texts;
}

// Which executions it speaks of; nothing, after a refusal, if of none.
std::optional<LogSource> logSource(const YamlNode& rule, RuleReport& report) {
  const YamlNode* node = rule.find("logsource");
  if (node == nullptr || node->kind != YamlNode::Kind::kMap) {
    report.refuse(report.line, "no 'logsource'");
    return std::nullopt;
  }
  const std::string product = folded(textOf(*node, "product"));
  const std::string category = folded(textOf(*node, "category"));
  const std::string service = folded(textOf(*node, "service"));
  const std::uint32_t line = node->position.line;
  if (!product.empty() && product != "linux") {
    report.refuse(line, "for " + product + ", not for Linux");
    return std::nullopt;
  }
  if (category == "process_creation") return LogSource::kProcessCreation;
  if (service == "auditd" && category.empty()) return LogSource::kAuditd;
  std::string source = product;
  for (const std::string& part : {category, service}) {
    if (!part.empty()) source += (source.empty() ? "" : "/") + part;
  }
  if (source.empty()) source = "of no name";
  report.refuse(line, "logsource " + source + " is not about executions");
  return std::nullopt;
}

Severity severityOf(const YamlNode& rule, RuleReport& report) {
  const std::string level = folded(textOf(rule, "level"));
  if (level == "informational") return Severity::kInfo;
  if (level.empty()) return Severity::kLow;
  const auto severity = level == "info" ? std::nullopt : severityByName(level);
  if (severity) return *severity;
  report.refuse(rule.find("level")->position.line, "unknown level '" + level + "'");
  return Severity::kLow;
}

void checkStatus(const YamlNode& rule, RuleReport& report) {
  const YamlNode* status = rule.find("status");
  if (status == nullptr) return;
  constexpr std::array<std::string_view, 3> kGood = {"stable", "test", "experimental"};
  const std::string text = folded(status->text);
  if (std::ranges::count(kGood, text) > 0) return;
  const std::uint32_t line = status->position.line;
  if (text == "deprecated") {
    report.warn(line, "status deprecated: its authors no longer stand by it");
  } else if (text == "unsupported") {
    report.refuse(line, "status unsupported: its authors say it cannot be used");
  } else {
    report.refuse(line, "unknown status '" + status->text + "'");
  }
}

// "attack.t1059.004" -> "T1059.004", "attack.execution" -> "TA0002".
std::vector<std::string> attackOf(const std::vector<std::string>& tags) {
  constexpr std::string_view kNamespace = "attack.";
  constexpr int kLastTactic = 43;
  std::vector<std::string> result;
  for (const std::string& tag : tags) {
    if (!tag.starts_with(kNamespace)) continue;
    std::string text = tag.substr(kNamespace.size());
    if (text.starts_with('t') && text.size() > 1 && text[1] >= '0' && text[1] <= '9') {
      text[0] = 'T';
      if (parseAttack(text)) result.push_back(text);
      continue;
    }
    for (int number = 1; number <= kLastTactic; ++number) {
      const std::string id = (number < 10 ? "TA000" : "TA00") + std::to_string(number);
      if (slugOf(tacticName(id)) == slugOf(text)) result.push_back(id);
    }
  }
  return result;
}

}  // namespace

bool looksLikeRule(const YamlNode& document) {
  return document.find("detection") != nullptr || document.find("logsource") != nullptr ||
         document.find("correlation") != nullptr;
}

bool describeRule(const YamlNode& document, RuleReport& report) {
  report.ruleset = "sigma";
  report.line = document.position.line;
  report.title = textOf(document, "title");
  if (report.title.empty()) report.refuse(report.line, "no 'title'");
  checkStatus(document, report);
  return !report.refused();
}

Recipe ruleRecipe(const YamlNode& document, Condition when, RuleReport& report) {
  const Severity severity = severityOf(document, report);
  RuleInfo info;
  info.title = report.title;
  info.description = textOf(document, "description");
  info.version = textOf(document, "modified");
  if (info.version.empty()) info.version = textOf(document, "date");
  info.references = textsOf(document, "references");
  info.origin.ruleset = report.ruleset;
  info.origin.id = textOf(document, "id");
  info.origin.author = textOf(document, "author");
  info.origin.license = textOf(document, "license");
  info.origin.status = textOf(document, "status");
  info.origin.tags = textsOf(document, "tags");
  info.attack = attackOf(info.origin.tags);
  return recipeOf(std::move(info), severity, std::move(when), report);
}

std::optional<Compiled> compileRule(const YamlNode& document, RuleReport& report) {
  if (!describeRule(document, report) && report.title.empty()) return std::nullopt;
  const auto source = logSource(document, report);
  const YamlNode* detection = document.find("detection");
  if (detection == nullptr) report.refuse(report.line, "no 'detection'");
  if (!source || detection == nullptr) return std::nullopt;
  Detection detected = readDetection(*detection, *source, report);
  if (report.refused()) return std::nullopt;
  if (rules::isNever(detected.condition)) {
    report.refuse(detection->position.line,
                  detected.undecidable ? "executions cannot decide it" : "it can never be true");
    return std::nullopt;
  }
  if (rules::isAlways(detected.condition)) {
    report.refuse(detection->position.line, "it is always true");
    return std::nullopt;
  }
  Recipe recipe = ruleRecipe(document, rules::knownToBe(std::move(detected.condition)), report);
  if (report.refused()) return std::nullopt;
  return Compiled{std::move(recipe), *source, textOf(document, "name")};
}

}  // namespace exectrail::analyzer::sigma
