#include "analyzer/rules/kubearmor_selector.h"

#include <algorithm>
#include <cerrno>

#include "analyzer/rules/conditions.h"
#include "analyzer/rules/rule_recipe.h"

namespace exectrail::analyzer::kubearmor {
namespace {

using Kind = Condition::Kind;
using NodeKind = YamlNode::Kind;

// A label by which KubeArmor knows containers of a pod: "[one, two]".
constexpr std::string_view kContainerName = "kubearmor.io/container.name";

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t[]");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t[]") - first + 1));
}

std::vector<std::string> named(const YamlNode& value) {
  std::vector<std::string> names;
  for (const YamlNode& item : value.items) names.push_back(item.text);
  for (std::string_view rest = value.text; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    names.push_back(trimmed(rest.substr(0, comma)));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return names;
}

class Selector {
 public:
  Selector(const YamlNode& document, const YamlNode& spec, RuleReport& report)
      : report_(report), node_(spec.find("selector")) {
    cluster_ = document.find("kind")->text == "KubeArmorClusterPolicy";
    const YamlNode* metadata = document.find("metadata");
    const YamlNode* space = metadata == nullptr ? nullptr : metadata->find("namespace");
    space_ = space == nullptr || space->text.empty() ? "default" : space->text;
    if (node_ != nullptr) check();
  }

  bool fits(const Workload& workload) const {
    if (!cluster_ && workload.space != space_) return false;
    if (node_ == nullptr) return true;
    if (const YamlNode* labels = node_->find("matchLabels")) {
      for (const YamlEntry& label : labels->entries) {
        if (!hasLabel(workload, label)) return false;
      }
    }
    if (const YamlNode* expressions = node_->find("matchExpressions")) {
      for (const YamlNode& each : expressions->items) {
        if (!satisfies(workload, each)) return false;
      }
    }
    return true;
  }

 private:
  void check() {
    for (const YamlEntry& entry : node_->entries) {
      if (entry.key == "matchLabels" || entry.key == "matchExpressions") continue;
      report_.refuse(entry.position.line, "unknown key '" + entry.key + "' in 'selector'");
    }
    const YamlNode* expressions = node_->find("matchExpressions");
    if (expressions == nullptr) return;
    for (const YamlNode& each : expressions->items) {
      const std::string key = textOf(each, "key");
      const std::string op = textOf(each, "operator");
      const std::uint32_t line = each.position.line;
      if (key != "label" && !(cluster_ && key == "namespace")) {
        report_.refuse(line, "a selector cannot ask for '" + key + "'");
      }
      if (op != "In" && op != "NotIn") {
        report_.refuse(line, "operator '" + op + "' is neither In nor NotIn");
      }
    }
  }

  static std::string textOf(const YamlNode& map, std::string_view key) {
    const YamlNode* node = map.find(key);
    return node == nullptr ? std::string() : node->text;
  }

  static bool hasLabel(const Workload& workload, const YamlEntry& label) {
    if (label.key == kContainerName) {
      return std::ranges::count(named(label.value), workload.container) > 0;
    }
    const auto found = workload.labels.find(label.key);
    return found != workload.labels.end() && found->second == label.value.text;
  }

  static bool satisfies(const Workload& workload, const YamlNode& expression) {
    const YamlNode* values = expression.find("values");
    bool found = false;
    for (const YamlNode& value : values == nullptr ? std::vector<YamlNode>{} : values->items) {
      if (textOf(expression, "key") == "namespace") {
        found = found || workload.space == value.text;
        continue;
      }
      const std::size_t equals = std::min(value.text.find('='), value.text.size());
      const auto label = workload.labels.find(value.text.substr(0, equals));
      found = found || (label != workload.labels.end() && equals < value.text.size() &&
                        label->second == value.text.substr(equals + 1));
    }
    return found == (textOf(expression, "operator") == "In");
  }

  RuleReport& report_;
  const YamlNode* node_;
  bool cluster_ = false;
  std::string space_;
};

// A trace knows of no labels: without metadata, what a selector asks is not asked.
void warnOfSelectors(const YamlNode& spec, const char* why, RuleReport& report) {
  for (const std::string_view key : {"selector", "nodeSelector"}) {
    const YamlNode* selector = spec.find(key);
    if (selector == nullptr || selector->entries.empty()) continue;
    const YamlNode* labels = selector->find("matchLabels");
    const bool everyHost = labels != nullptr && labels->entries.size() == 1 &&
                           labels->entries[0].key == "kubernetes.io/hostname" &&
                           labels->entries[0].value.text == "*";
    if (!everyHost) report.warn(selector->position.line, std::string(key) + " is not used: " + why);
  }
}

Condition onHost() {
  return rules::textTest(rules::fieldRef("container.id"), Kind::kEqual, {""}, false);
}

}  // namespace

std::optional<Condition> selected(const YamlNode& document, const YamlNode& spec,
                                  const Workloads* workloads, RuleReport& report) {
  if (workloads == nullptr) {
    warnOfSelectors(spec,
                    "a trace does not know labels of workloads; the policy is asked about every "
                    "execution",
                    report);
    return std::nullopt;
  }
  if (document.find("kind")->text == "KubeArmorHostPolicy") {
    warnOfSelectors(spec, "labels of nodes are not known; the policy is asked on every host",
                    report);
    return onHost();
  }
  const Selector selector(document, spec, report);
  if (report.refused()) return rules::never();
  std::vector<std::string> ids;
  for (const auto& workload : workloads->all()) {
    if (selector.fits(*workload)) ids.push_back(workload->containerId);
  }
  if (ids.empty()) {
    report.warn(report.line, "no container that is known fits: the policy is asked about nothing");
    return rules::never();
  }
  return rules::isContainer(ids);
}

Recipe unnamedContainers(const Workloads& workloads) {
  constexpr std::uint64_t kDayNs = std::uint64_t{86'400} * 1'000'000'000;
  const FieldRef field = rules::fieldRef("container.id");
  std::vector<Condition> parts;
  parts.push_back(rules::existsTest(field));
  std::vector<std::string> named;
  for (const auto& workload : workloads.all()) named.push_back(workload->containerId);
  parts.push_back(rules::negation(onHost()));
  parts.push_back(rules::negation(rules::isContainer(named)));
  RuleInfo info;
  info.name = "unnamed-container";
  info.title = "The container metadata does not name this container: no selector was asked";
  info.version = "1.0.0";
  info.origin.ruleset = "kubearmor";
  RuleReport source;
  source.file = "--workloads";
  Recipe recipe = recipeOf(std::move(info), Severity::kInfo,
                           rules::knownToBe(rules::allOf(std::move(parts))), source);
  recipe.results.push_back(EACCES);
  recipe.results.push_back(EPERM);
  recipe.suppression = Suppression{{{field, Type::kText}}, 1, kDayNs};
  return recipe;
}

}  // namespace exectrail::analyzer::kubearmor
