#include "analyzer/rules/falco.h"

#include <algorithm>
#include <array>

#include "analyzer/compiler/attack.h"
#include "analyzer/rules/conditions.h"
#include "analyzer/rules/rule_recipe.h"

namespace exectrail::analyzer::falco {
namespace {

std::string textOf(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  return node == nullptr ? std::string() : node->text;
}

// Whether an entry adds to `key` of what is there, or replaces it; nothing: it is a new definition.
enum class Change : std::uint8_t { kNone, kAppend, kReplace };
Change changeOf(const YamlNode& entry, std::string_view key) {
  if (folded(textOf(entry, "append")) == "true") return Change::kAppend;
  const YamlNode* override = entry.find("override");
  if (override == nullptr) return Change::kNone;
  const std::string word = folded(textOf(*override, key));
  if (word == "append") return Change::kAppend;
  return word == "replace" ? Change::kReplace : Change::kNone;
}

bool changesAnything(const YamlNode& entry) {
  return entry.find("override") != nullptr || folded(textOf(entry, "append")) == "true";
}

std::string inQuotes(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

// Falco writes the same comparison with one value or a list of them.
std::string comparison(const std::string& field, const std::string& op, const YamlNode& value) {
  if (value.kind != YamlNode::Kind::kSequence) return field + " " + op + " " + inQuotes(value.text);
  std::string list;
  for (const YamlNode& item : value.items) list += (list.empty() ? "" : ", ") + item.text;
  return field + " " + op + " (" + list + ")";
}

// An exception as a condition; empty if it has no values.
std::string conditionOf(const YamlNode& exception) {
  const YamlNode* fields = exception.find("fields");
  const YamlNode* values = exception.find("values");
  const YamlNode* comps = exception.find("comps");
  if (fields == nullptr || values == nullptr || values->items.empty()) return {};
  if (fields->kind != YamlNode::Kind::kSequence) {
    return comparison(fields->text, comps == nullptr ? "in" : comps->text, *values);
  }
  std::string any;
  for (const YamlNode& tuple : values->items) {
    std::string all;
    for (std::size_t i = 0; i < std::min(fields->items.size(), tuple.items.size()); ++i) {
      const bool given = comps != nullptr && i < comps->items.size();
      all += (all.empty() ? "" : " and ") +
             comparison(fields->items[i].text, given ? comps->items[i].text : "=", tuple.items[i]);
    }
    if (!all.empty()) any += (any.empty() ? "(" : " or (") + all + ")";
  }
  return any;
}

// An override names keys of the entry itself, and says what becomes of each.
void checkOverride(const YamlNode& entry, RuleReport& report) {
  const YamlNode* override = entry.find("override");
  if (override == nullptr) return;
  for (const YamlEntry& each : override->entries) {
    const std::string word = folded(each.value.text);
    if (word != "append" && word != "replace") {
      report.refuse(each.position.line,
                    "override: '" + each.value.text + "' is neither append nor replace");
    } else if (entry.find(each.key) == nullptr) {
      report.refuse(each.position.line, "override: there is no '" + each.key + "' to " + word);
    }
  }
}

std::optional<Severity> severityOf(const std::string& priority) {
  struct Named {
    std::string_view priority;
    Severity severity;
  };
  constexpr std::array kPriorities = {
      Named{"emergency", Severity::kCritical}, Named{"alert", Severity::kCritical},
      Named{"critical", Severity::kCritical},  Named{"error", Severity::kHigh},
      Named{"warning", Severity::kMedium},     Named{"notice", Severity::kLow},
      Named{"informational", Severity::kInfo}, Named{"info", Severity::kInfo},
      Named{"debug", Severity::kInfo}};
  const auto found = std::ranges::find(kPriorities, folded(priority), &Named::priority);
  if (found == kPriorities.end()) return std::nullopt;
  return found->severity;
}

}  // namespace

bool looksLikeRules(const YamlNode& document) {
  constexpr std::array<std::string_view, 5> kKeys = {
      "rule", "macro", "list", "required_engine_version", "required_plugin_versions"};
  return document.kind == YamlNode::Kind::kSequence && !document.items.empty() &&
         std::ranges::any_of(document.items, [&](const YamlNode& item) {
           return std::ranges::any_of(
               kKeys, [&](std::string_view key) { return item.find(key) != nullptr; });
         });
}

void RuleBook::add(const YamlNode& document, const std::string& file,
                   std::vector<RuleReport>& reports) {
  for (const YamlNode& entry : document.items) {
    RuleReport report;
    report.ruleset = "falco";
    report.file = file;
    report.line = entry.position.line;
    if (entry.find("list") != nullptr) {
      addList(entry, report);
    } else if (entry.find("macro") != nullptr) {
      addMacro(entry, report);
    } else if (entry.find("rule") != nullptr) {
      addRule(entry, report);
    } else if (entry.find("required_engine_version") == nullptr &&
               entry.find("required_plugin_versions") == nullptr) {
      report.refuse(report.line, "neither a rule nor a macro nor a list");
    }
    if (report.refused()) reports.push_back(std::move(report));
  }
}

void RuleBook::addList(const YamlNode& entry, RuleReport& report) {
  report.title = "list " + textOf(entry, "list");
  std::vector<std::string>& items = lists_[textOf(entry, "list")];
  if (changeOf(entry, "items") != Change::kAppend) items.clear();
  const YamlNode* given = entry.find("items");
  if (given == nullptr) return report.refuse(report.line, "no 'items'");
  for (const YamlNode& item : given->items) items.push_back(item.text);
}

void RuleBook::addMacro(const YamlNode& entry, RuleReport& report) {
  report.title = "macro " + textOf(entry, "macro");
  if (entry.find("condition") == nullptr) return report.refuse(report.line, "no 'condition'");
  Definition& macro = macros_[textOf(entry, "macro")];
  const bool append = changeOf(entry, "condition") == Change::kAppend;
  macro.condition = (append ? macro.condition + " " : "") + textOf(entry, "condition");
  macro.file = report.file;
  macro.line = report.line;
}

void RuleBook::addRule(const YamlNode& entry, RuleReport& report) {
  report.title = textOf(entry, "rule");
  auto found = std::ranges::find(rules_, report.title, &Rule::name);
  const bool known = found != rules_.end();
  const YamlNode* enabled = entry.find("enabled");
  const bool onlySwitch =
      enabled != nullptr && entry.find("condition") == nullptr && !changesAnything(entry);
  if (!known && changesAnything(entry)) {
    return report.refuse(report.line, "it changes a rule that is not there");
  }
  if (!known) found = rules_.insert(rules_.end(), Rule{});
  Rule& rule = *found;
  if (enabled != nullptr) rule.enabled = folded(enabled->text) != "false";
  if (known && onlySwitch) return;
  if (!changesAnything(entry)) {
    const bool on = rule.enabled;
    rule = Rule{};
    rule.enabled = on;
    rule.name = report.title;
    rule.definition.file = report.file;
    rule.definition.line = report.line;
  }
  checkOverride(entry, report);
  if (report.refused()) return;
  const auto change = [&entry](std::string_view key, std::string& text) {
    const YamlNode* node = entry.find(key);
    if (node == nullptr) return;
    const bool append = changeOf(entry, key) == Change::kAppend;
    text = (append && !text.empty() ? text + " " : "") + node->text;
  };
  change("condition", rule.definition.condition);
  change("output", rule.output);
  change("desc", rule.description);
  if (const YamlNode* node = entry.find("priority")) rule.priority = node->text;
  if (const YamlNode* node = entry.find("source")) rule.source = node->text;
  if (const YamlNode* node = entry.find("tags")) {
    if (changeOf(entry, "tags") != Change::kAppend) rule.tags.clear();
    for (const YamlNode& tag : node->items) rule.tags.push_back(tag.text);
  }
  addExceptions(entry, rule);
}

// More values for exceptions that are there, and new ones.
void RuleBook::addExceptions(const YamlNode& entry, Rule& rule) {
  const YamlNode* exceptions = entry.find("exceptions");
  if (exceptions == nullptr) return;
  if (changeOf(entry, "exceptions") == Change::kReplace) rule.exceptions.clear();
  for (const YamlNode& exception : exceptions->items) {
    const auto same = std::ranges::find_if(rule.exceptions, [&](const YamlNode& other) {
      return textOf(other, "name") == textOf(exception, "name");
    });
    const YamlNode* values = exception.find("values");
    if (same == rule.exceptions.end()) {
      rule.exceptions.push_back(exception);
    } else if (values != nullptr) {
      // More values for the fields named before.
      for (YamlEntry& member : same->entries) {
        if (member.key != "values") continue;
        member.value.items.insert(member.value.items.end(), values->items.begin(),
                                  values->items.end());
      }
      if (same->find("values") == nullptr) {
        same->entries.push_back({"values", exception.position, *values});
      }
    }
  }
}

RuleBook::Compiled RuleBook::compileRule(const Rule& rule, const Vocabulary& vocabulary) const {
  Compiled result;
  RuleReport& report = result.report;
  report.ruleset = "falco";
  report.file = rule.definition.file;
  report.line = rule.definition.line;
  report.title = rule.name;
  const std::string source = folded(rule.source);
  if (!source.empty() && source != "syscall") {
    report.refuse(report.line, "source " + rule.source + " is not about executions");
    return result;
  }
  const auto severity = severityOf(rule.priority);
  if (!severity) {
    report.refuse(report.line, "unknown priority '" + rule.priority + "'");
    return result;
  }
  std::string text = "(" + rule.definition.condition + ")";
  for (const YamlNode& exception : rule.exceptions) {
    const std::string condition = conditionOf(exception);
    if (!condition.empty()) text += " and not (" + condition + ")";
  }
  auto parsed = parseCondition(text, vocabulary, report.line, report);
  if (!parsed.condition) return result;
  if (rules::isNever(*parsed.condition)) {
    std::string events;
    for (const std::string& event : parsed.events) events += (events.empty() ? "" : ", ") + event;
    report.refuse(
        report.line,
        (parsed.undecidable ? "executions cannot decide it" : "no execution can make it true") +
            (events.empty() ? std::string() : ": it asks for the events " + events));
    return result;
  }
  if (rules::isAlways(*parsed.condition)) {
    report.refuse(report.line, "it is true of every execution");
    return result;
  }
  RuleInfo info;
  info.title = rule.name;
  info.description = rule.description;
  info.origin.ruleset = "falco";
  info.origin.id = rule.name;
  info.origin.tags = rule.tags;
  info.origin.priority = rule.priority;
  info.origin.output = rule.output;
  for (const std::string& tag : rule.tags) {
    if (parseAttack(tag)) info.attack.push_back(tag);
  }
  if (!rule.enabled) report.warn(report.line, "enabled: false: it is off");
  result.recipes.push_back(
      recipeOf(std::move(info), *severity, rules::knownToBe(std::move(*parsed.condition)), report));
  result.recipes.back().enabled = rule.enabled;
  return result;
}

std::vector<RuleBook::Compiled> RuleBook::compile() const {
  Vocabulary vocabulary{lists_, {}, workloads_};
  for (const auto& [name, macro] : macros_) vocabulary.macros[name] = macro.condition;
  std::vector<Compiled> all;
  for (const Rule& rule : rules_) all.push_back(compileRule(rule, vocabulary));
  return all;
}

}  // namespace exectrail::analyzer::falco
