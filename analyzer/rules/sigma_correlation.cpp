#include "analyzer/rules/sigma_correlation.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "analyzer/rules/conditions.h"
#include "analyzer/rules/sigma.h"

namespace exectrail::analyzer::sigma {
namespace {

using NodeKind = YamlNode::Kind;
using FieldKind = MappedField::Kind;

constexpr std::size_t kMaxRules = 16;  // of one correlation
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
constexpr std::uint64_t kMaxSeconds = std::uint64_t{31} * 86'400;
constexpr std::uint32_t kMaxCount = 10'000;

struct Stopped {
  std::uint32_t line;
  std::string problem;
};

std::uint32_t numberOf(const YamlNode& node) {
  std::uint32_t number = 0;
  const std::string& text = node.text;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size() || number > kMaxCount) {
    throw Stopped{node.position.line, "'" + text + "' is no number up to 10,000"};
  }
  return number;
}

std::uint64_t timespanOf(const YamlNode& node) {
  const std::string& text = node.text;
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit = text.substr(static_cast<std::size_t>(stop - text.data()));
  const std::uint64_t seconds = unit == "s"   ? 1
                                : unit == "m" ? 60
                                : unit == "h" ? 3600
                                : unit == "d" ? 86'400
                                              : 0;
  const bool sound = error == std::errc() && seconds != 0 && number != 0;
  if (!sound || number > kMaxSeconds / seconds) {
    throw Stopped{node.position.line, "timespan '" + text +
                                          "' is no time of seconds, minutes, hours or days (s, m, "
                                          "h, d) up to 31 days"};
  }
  return number * seconds * kNsPerSecond;
}

class Reader {
 public:
  Reader(const YamlNode& document, const std::map<std::string, Correlated>& rules,
         RuleReport& report)
      : document_(document), node_(*document.find("correlation")), rules_(rules), report_(report) {}

  Recipe run(std::vector<std::string>& references, bool& generate) {
    if (node_.kind != NodeKind::kMap) throw Stopped{node_.position.line, "'correlation' is no map"};
    checkKeys();
    readRules();
    references = references_;
    const YamlNode* own = node_.find("generate");
    if (own == nullptr) own = document_.find("generate");
    generate = own != nullptr && folded(own->text) == "true";
    const std::string type = text("type");
    const std::uint64_t withinNs = timespanOf(needed("timespan"));
    Recipe recipe = ruleRecipe(document_, rules::anyOf(conditions()), report_);
    if (type == "temporal_ordered") {
      recipe.when = matched_.back()->when;
      recipe.sequence = sequence(withinNs);
    } else {
      recipe.count = count(type, withinNs);
    }
    return recipe;
  }

 private:
  void checkKeys() {
    constexpr std::array<std::string_view, 7> kKeys = {
        "type", "rules", "aliases", "group-by", "timespan", "condition", "generate"};
    for (const YamlEntry& entry : node_.entries) {
      if (std::ranges::count(kKeys, entry.key) > 0) continue;
      throw Stopped{entry.position.line, "unknown key '" + entry.key + "' in 'correlation'"};
    }
  }

  const YamlNode& needed(std::string_view key) const {
    const YamlNode* node = node_.find(key);
    if (node == nullptr) throw Stopped{node_.position.line, "no '" + std::string(key) + "'"};
    return *node;
  }

  std::string text(std::string_view key) const { return needed(key).text; }

  static std::vector<std::string> listed(const YamlNode* node) {
    std::vector<std::string> texts;
    if (node == nullptr) return texts;
    if (node->kind == NodeKind::kScalar) texts.push_back(node->text);
    for (const YamlNode& item : node->items) texts.push_back(item.text);
    return texts;
  }

  void readRules() {
    const YamlNode& list = needed("rules");
    references_ = listed(&list);
    if (references_.empty()) throw Stopped{list.position.line, "it correlates nothing"};
    if (references_.size() > kMaxRules) throw Stopped{list.position.line, "more than 16 rules"};
    for (const std::string& reference : references_) {
      const auto found = rules_.find(reference);
      if (found == rules_.end()) {
        throw Stopped{list.position.line, "there is no rule '" + reference +
                                              "' that can be used: by name or id, and none that "
                                              "correlates itself"};
      }
      matched_.push_back(&found->second);
    }
  }

  std::vector<Condition> conditions() const {
    std::vector<Condition> all;
    for (const Correlated* rule : matched_) all.push_back(rule->when);
    return all;
  }

  // A field, or an alias for one that differs from rule to rule.
  KeyField keyField(const std::string& name, std::size_t rule) const {
    std::string field = name;
    const YamlNode* aliases = node_.find("aliases");
    const YamlNode* alias = aliases == nullptr ? nullptr : aliases->find(name);
    if (alias != nullptr) {
      const YamlNode* own = alias->find(references_[rule]);
      if (own == nullptr) {
        throw Stopped{alias->position.line,
                      "alias '" + name + "' says nothing of '" + references_[rule] + "'"};
      }
      field = own->text;
    }
    const MappedField mapped = mapField(matched_[rule]->source, field, false);
    switch (mapped.kind) {
      case FieldKind::kText:
      case FieldKind::kPath:
      case FieldKind::kNumber:
      case FieldKind::kUser:
        return {mapped.ref, resolveField(rules::wholeFieldName(mapped.ref))->type};
      default:
        throw Stopped{node_.position.line, "'" + field + "' is no field that executions have"};
    }
  }

  std::vector<KeyField> key(std::size_t rule) const {
    std::vector<KeyField> fields;
    for (const std::string& name : listed(node_.find("group-by"))) {
      KeyField field = keyField(name, rule);
      // An argument by its number is a text of the list.
      if (field.ref.attribute == Attribute::kArgument) field.type = Type::kText;
      fields.push_back(std::move(field));
    }
    return fields;
  }

  SequenceRule sequence(std::uint64_t withinNs) const {
    if (matched_.size() < 2) throw Stopped{node_.position.line, "an order of one rule"};
    if (const YamlNode* condition = node_.find("condition")) {
      throw Stopped{condition->position.line, "a condition of an order is not supported"};
    }
    SequenceRule rule;
    rule.withinNs = withinNs;
    for (std::size_t i = 0; i + 1 < matched_.size(); ++i) {
      rule.steps.push_back({references_[i], matched_[i]->when, key(i)});
    }
    rule.key = key(matched_.size() - 1);
    return rule;
  }

  CountRule count(const std::string& type, std::uint64_t withinNs) const {
    CountRule rule;
    rule.withinNs = withinNs;
    const YamlNode* condition = node_.find("condition");
    std::string distinct;
    if (type == "temporal") {
      rule.atLeast = static_cast<std::uint32_t>(matched_.size());
      rule.eachBranch = true;
      if (condition != nullptr) rule.atLeast = atLeast(*condition, distinct);
      if (matched_.size() < 2) throw Stopped{node_.position.line, "one rule by itself"};
    } else if (type == "event_count" || type == "value_count") {
      rule.atLeast = atLeast(needed("condition"), distinct);
      const bool values = type == "value_count";
      if (values != !distinct.empty()) {
        throw Stopped{condition->position.line, values ? "no 'field' whose values are counted"
                                                       : "'field' belongs to value_count"};
      }
    } else {
      throw Stopped{needed("type").position.line, "unknown type '" + type + "'"};
    }
    for (std::size_t i = 0; i < matched_.size(); ++i) {
      CountRule::Branch branch{matched_[i]->when, key(i), {}};
      if (!distinct.empty()) branch.distinct = keyField(distinct, i);
      rule.branches.push_back(std::move(branch));
    }
    return rule;
  }

  // What a number reaches shows at once; that it stays below one shows never.
  static std::uint32_t atLeast(const YamlNode& condition, std::string& field) {
    if (condition.kind != NodeKind::kMap) {
      throw Stopped{condition.position.line, "a condition that is no map is not supported"};
    }
    std::uint32_t least = 0;
    for (const YamlEntry& entry : condition.entries) {
      if (entry.key == "field") {
        if (entry.value.kind != NodeKind::kScalar) {
          throw Stopped{entry.position.line, "several fields are not supported"};
        }
        field = entry.value.text;
      } else if (entry.key == "gte") {
        least = std::max(least, numberOf(entry.value));
      } else if (entry.key == "gt") {
        least = std::max(least, numberOf(entry.value) + 1);
      } else {
        throw Stopped{entry.position.line,
                      "'" + entry.key + "' is not supported: only gt and gte can be seen to hold"};
      }
    }
    if (least == 0) throw Stopped{condition.position.line, "no 'gte' or 'gt'"};
    return least;
  }

  const YamlNode& document_;
  const YamlNode& node_;
  const std::map<std::string, Correlated>& rules_;
  RuleReport& report_;
  std::vector<std::string> references_;
  std::vector<const Correlated*> matched_;
};

}  // namespace

void CorrelationBook::add(const std::string& name, const std::string& id, Correlated rule) {
  for (const std::string& reference : {name, id}) {
    if (!reference.empty()) rules_.emplace(reference, rule);
  }
}

void CorrelationBook::add(YamlNode document, const std::string& file) {
  documents_.emplace_back(std::move(document), file);
}

std::vector<CorrelationBook::Compiled> CorrelationBook::compile() {
  std::vector<Compiled> all;
  for (const auto& [document, file] : documents_) {
    Compiled compiled;
    RuleReport& report = compiled.report;
    report.file = file;
    if (!describeRule(document, report)) {
      all.push_back(std::move(compiled));
      continue;
    }
    try {
      std::vector<std::string> references;
      bool generate = false;
      Recipe recipe = Reader(document, rules_, report).run(references, generate);
      if (!report.refused()) {
        for (const std::string& reference : references) {
          silent_.emplace(reference, report.title);
          if (generate) generate_.insert(reference);
        }
        compiled.recipes.push_back(std::move(recipe));
      }
    } catch (const Stopped& stopped) {
      report.refuse(stopped.line, stopped.problem);
    }
    all.push_back(std::move(compiled));
  }
  return all;
}

std::string CorrelationBook::shownBy(const std::string& name, const std::string& id) const {
  std::string title;
  for (const std::string& reference : {name, id}) {
    if (generate_.contains(reference)) return {};
    const auto found = silent_.find(reference);
    if (found != silent_.end() && title.empty()) title = found->second;
  }
  return title;
}

}  // namespace exectrail::analyzer::sigma
