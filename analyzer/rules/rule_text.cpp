#include "analyzer/rules/rule_text.h"

#include <algorithm>

#include "analyzer/rules/conditions.h"

namespace exectrail::analyzer {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kLine = 100;  // characters that a line of a condition has, or a few more

struct Stopped {
  std::string problem;
};

// "sigma/suspicious-nohup" -> "sigma_suspicious_nohup".
std::string recipeName(std::string name) {
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!plain) c = '_';
  }
  if (name.size() > kMaxName) name.resize(kMaxName);
  return name;
}

bool isControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// As YAML has it in double quotes.
std::string inQuotes(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (!isControl(c)) {
      result += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    result.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  }
  return result + "\"";
}

// Where a line may end: a space outside of quotes, before `and` or `or`.
bool mayEnd(std::string_view text, std::size_t at, bool inQuotes) {
  const std::string_view rest = text.substr(at);
  return !inQuotes && (rest.starts_with(" and ") || rest.starts_with(" or "));
}

std::string conditionText(const std::string& text, const std::string& indent) {
  const bool block = !text.empty() && text.front() != ' ' && text.back() != ' ' &&
                     std::ranges::none_of(text, isControl);
  if (!block) return inQuotes(text);
  std::string result = ">-\n" + indent;
  std::size_t column = indent.size();
  bool inQuotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') inQuotes = !inQuotes;
    if (column >= kLine && mayEnd(text, i, inQuotes)) {
      result += "\n" + indent;
      column = indent.size();
      continue;
    }
    result += text[i];
    ++column;
  }
  return result;
}

std::string listOf(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) result += (result.empty() ? "[" : ", ") + inQuotes(text);
  return result + "]";
}

std::string fields(const std::vector<KeyField>& key) {
  std::string result;
  for (const KeyField& field : key) result += (result.empty() ? "" : ", ") + fieldName(field.ref);
  return "[" + result + "]";
}

std::string seconds(std::uint64_t ns) { return std::to_string(ns / kNsPerSecond) + "s"; }

std::string countText(const CountRule& count) {
  if (count.eachBranch) throw Stopped{"a count of different rules"};
  std::vector<KeyField> key = count.key;
  std::optional<KeyField> distinct = count.distinct;
  const auto same = [](const KeyField& a, const KeyField& b) { return a.ref == b.ref; };
  for (std::size_t i = 0; i < count.branches.size(); ++i) {
    const CountRule::Branch& branch = count.branches[i];
    if (i == 0) {
      key = branch.key;
      distinct = branch.distinct;
    }
    const bool alike = std::ranges::equal(branch.key, key, same) &&
                       branch.distinct.has_value() == distinct.has_value() &&
                       (!distinct || same(*branch.distinct, *distinct));
    if (!alike) throw Stopped{"a count by different fields of different rules"};
  }
  // A count of several rules counts an execution once for each that it matches; a recipe's, once.
  if (count.branches.size() > 1) throw Stopped{"a count of several rules"};
  if (key.empty()) throw Stopped{"a count without 'group-by'"};
  std::string text = "count: {at_least: " + std::to_string(count.atLeast) +
                     ", within: " + seconds(count.withinNs) + ", key: " + fields(key);
  if (distinct) text += ", distinct: " + fieldName(distinct->ref);
  return text + "}\n";
}

std::string sequenceText(const SequenceRule& sequence) {
  if (sequence.key.empty()) throw Stopped{"an order without 'group-by'"};
  std::string text = "sequence:\n  within: " + seconds(sequence.withinNs) + "\n  steps:\n";
  std::size_t number = 0;
  for (const SequenceRule::Step& step : sequence.steps) {
    text += "    - name: step_" + std::to_string(++number) + "\n      key: " + fields(step.key) +
            "\n      when: " + conditionText(step.condition.text, "        ") + "\n";
  }
  return text + "  key: " + fields(sequence.key) + "\n";
}

// A recipe's is three numbers, a rule's mostly a day: "2026-01-15" -> 2026.1.15.
std::string versionOf(const std::string& text) {
  std::string version;
  std::size_t parts = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find_first_of("-/.", at), text.size());
    std::string number = text.substr(at, end - at);
    while (number.size() > 1 && number.front() == '0') number.erase(0, 1);
    const bool digits = !number.empty() && number.size() <= 4 &&
                        number.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || ++parts > 3) return "1.0.0";
    version += (version.empty() ? "" : ".") + number;
    at = end + 1;
  }
  return parts == 3 ? version : "1.0.0";
}

std::string provenance(const RuleOrigin& origin) {
  std::string text = "From " + origin.source + ", rule of " + origin.ruleset;
  if (!origin.id.empty()) text += ", id " + origin.id;
  if (!origin.author.empty()) text += ", by " + origin.author;
  if (!origin.license.empty()) text += ", licence " + origin.license;
  return text + ".";
}

std::string textOf(const Recipe& recipe) {
  const RecipeInfo& info = *recipe.info;
  std::string text = "recipe: " + recipeName(info.name) + "\n";
  text += "version: " + versionOf(info.version) + "\n";
  text += "title: " + inQuotes(info.title.empty() ? info.name : info.title) + "\n";
  std::string description = info.description;
  while (!description.empty() && (description.back() == '\n' || description.back() == ' ')) {
    description.pop_back();
  }
  if (info.origin) description += (description.empty() ? "" : "\n") + provenance(*info.origin);
  if (!description.empty()) text += "description: " + inQuotes(description) + "\n";
  text += "severity: " + std::string(name(recipe.severity.value_or(Severity::kMedium))) + "\n";
  if (!recipe.enabled) text += "enabled: false\n";
  if (!info.attack.empty()) text += "attack: " + listOf(info.attack) + "\n";
  if (!info.references.empty()) text += "references: " + listOf(info.references) + "\n";
  std::string results;
  for (const std::uint16_t result : recipe.results) {
    results += (results.empty() ? "" : ", ") + std::string(resultName(result).value_or("ok"));
  }
  text += "judge: {results: [" + results + "]}\n";
  if (!recipe.when) throw Stopped{"there is no condition"};
  text += "when: " + conditionText(recipe.when->text, "  ") + "\n";
  if (recipe.count) text += countText(*recipe.count);
  if (recipe.sequence) text += sequenceText(*recipe.sequence);
  if (recipe.suppression) {
    text += "suppress: {key: " + fields(recipe.suppression->key) +
            ", first: " + std::to_string(recipe.suppression->first) +
            ", window: " + seconds(recipe.suppression->windowNs) + "}\n";
  }
  return text;
}

}  // namespace

std::optional<std::string> recipeText(const Recipe& recipe, std::string& problem) {
  try {
    return textOf(recipe);
  } catch (const Stopped& stopped) {
    problem = stopped.problem + ", which no recipe can ask";
    return std::nullopt;
  }
}

}  // namespace exectrail::analyzer
