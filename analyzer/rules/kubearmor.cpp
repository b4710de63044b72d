#include "analyzer/rules/kubearmor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <tuple>

#include "analyzer/rules/conditions.h"
#include "analyzer/rules/kubearmor_match.h"
#include "analyzer/rules/kubearmor_selector.h"
#include "analyzer/rules/rule_recipe.h"

namespace exectrail::analyzer::kubearmor {
namespace {

using NodeKind = YamlNode::Kind;

constexpr std::size_t kMaxConditions = 5000;  // of one policy

// What a rule has, or its section, or the policy, each for itself: the nearest that is set.
struct Settings {
  Action action = Action::kBlock;
  std::uint32_t severity = 0;  // 0: not set
  std::vector<std::string> tags;
  std::string message;

  auto key() const { return std::tie(action, severity, tags, message); }
  friend bool operator<(const Settings& a, const Settings& b) { return a.key() < b.key(); }
};

std::string_view name(Action action) {
  switch (action) {
    case Action::kAllow:
      return "Allow";
    case Action::kAudit:
      return "Audit";
    case Action::kBlock:
      return "Block";
  }
  return "?";
}

// 1 is the most severe of 10; their meaning is that of the policies people publish.
Severity severityOf(std::uint32_t number) {
  if (number == 0) return Severity::kMedium;
  if (number <= 2) return Severity::kCritical;
  if (number <= 4) return Severity::kHigh;
  if (number <= 6) return Severity::kMedium;
  return number <= 8 ? Severity::kLow : Severity::kInfo;
}

struct Section {
  std::string_view key;
  EntryKind kind;
};
constexpr std::array kSections = {Section{"matchPaths", EntryKind::kPath},
                                  Section{"matchDirectories", EntryKind::kDirectory},
                                  Section{"matchPatterns", EntryKind::kPattern}};

class Policy {
 public:
  Policy(const YamlNode& document, RuleReport& report, const Workloads* workloads,
         KubeArmorGlobs globs)
      : document_(document), report_(report), workloads_(workloads), globs_(globs) {}

  CompiledPolicy compile() {
    readMetadata();
    const YamlNode* spec = document_.find("spec");
    if (spec == nullptr || spec->kind != NodeKind::kMap) {
      report_.refuse(report_.line, "no 'spec'");
      return {};
    }
    const Settings ofPolicy = settings(*spec, Settings{});
    readOtherSections(*spec);
    const YamlNode* process = spec->find("process");
    if (process == nullptr || process->kind != NodeKind::kMap) {
      report_.refuse(spec->position.line, "no 'process' section: executions cannot decide it");
      return {};
    }
    readProcess(*process, settings(*process, ofPolicy));
    if (groups_.empty()) report_.refuse(process->position.line, "no entry that could match");
    if (conditions_ > kMaxConditions) report_.refuse(process->position.line, "it is too large");
    selected_ = selected(document_, *spec, workloads_, report_);
    if (report_.refused()) return {};
    CompiledPolicy compiled;
    if (selected_ && rules::isNever(*selected_)) return compiled;
    for (auto& [each, entries] : groups_) {
      compiled.recipes.push_back(recipe(each, std::move(entries)));
    }
    compiled.entries = std::move(entries_);
    return compiled;
  }

 private:
  void readMetadata() {
    report_.ruleset = "kubearmor";
    const YamlNode* metadata = document_.find("metadata");
    if (metadata != nullptr) {
      if (const YamlNode* given = metadata->find("name")) report_.title = given->text;
      if (const YamlNode* given = metadata->find("namespace")) namespace_ = given->text;
    }
    if (report_.title.empty()) report_.refuse(report_.line, "no 'metadata.name'");
    if (report_.title.find(' ') != std::string::npos) {
      report_.warn(report_.line, "a name with a space: Kubernetes would refuse it");
    }
  }

  Settings settings(const YamlNode& node, Settings inherited) {
    if (const YamlNode* action = node.find("action"); action != nullptr && !action->text.empty()) {
      const std::string word = folded(action->text);
      if (word == "allow") {
        inherited.action = Action::kAllow;
      } else if (word == "audit") {
        inherited.action = Action::kAudit;
      } else if (word == "block") {
        inherited.action = Action::kBlock;
      } else {
        report_.refuse(action->position.line,
                       "action '" + action->text + "' is not Allow, Audit or Block");
      }
    }
    if (const YamlNode* severity = node.find("severity");
        severity != nullptr && !severity->text.empty()) {
      const std::string& text = severity->text;
      std::uint32_t number = 0;
      const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || stop != text.data() + text.size() || number > 10) {
        report_.refuse(severity->position.line, "severity '" + text + "' is not 1 to 10");
      } else if (number != 0) {
        inherited.severity = number;
      }
    }
    if (const YamlNode* tags = node.find("tags"); tags != nullptr && !tags->items.empty()) {
      inherited.tags.clear();
      for (const YamlNode& tag : tags->items) inherited.tags.push_back(tag.text);
    }
    if (const YamlNode* message = node.find("message");
        message != nullptr && !message->text.empty()) {
      inherited.message = message->text;
    }
    return inherited;
  }

  void readOtherSections(const YamlNode& spec) {
    constexpr std::array<std::string_view, 5> kOthers = {"file", "network", "capabilities",
                                                         "syscalls", "device"};
    for (const YamlEntry& entry : spec.entries) {
      if (std::ranges::count(kOthers, entry.key) == 0) continue;
      report_.warn(entry.position.line,
                   "section '" + entry.key + "' is not used: executions say nothing about it");
    }
  }

  void readProcess(const YamlNode& process, const Settings& ofSection) {
    constexpr std::array<std::string_view, 7> kKeys = {
        "severity", "tags", "message", "action", "matchPaths", "matchDirectories", "matchPatterns"};
    for (const YamlEntry& entry : process.entries) {
      if (std::ranges::count(kKeys, entry.key) > 0) continue;
      report_.warn(entry.position.line, "unknown key '" + entry.key + "' in 'process'");
    }
    for (const Section& section : kSections) {
      const YamlNode* entries = process.find(section.key);
      if (entries == nullptr) continue;
      for (const YamlNode& entry : entries->items) {
        if (entry.kind != NodeKind::kMap) {
          report_.refuse(entry.position.line, "an entry that is no map");
          continue;
        }
        const Settings own = settings(entry, ofSection);
        auto condition = matchEntry(entry, section.kind, own.action, globs_, report_);
        if (!condition) continue;
        conditions_ += rules::sizeOf(*condition);
        if (conditions_ > kMaxConditions) return;
        groups_[own].push_back(std::move(*condition));
        entries_.push_back(policyEntry(entry, section.kind, own.action));
        entries_.back().policy = report_.title;
        entries_.back().file = report_.file;
      }
    }
  }

  Recipe recipe(const Settings& settings, std::vector<Condition> entries) {
    Condition condition = rules::anyOf(std::move(entries));
    const bool allow = settings.action == Action::kAllow;
    if (allow) condition = whitelisted(std::move(condition));
    if (selected_) condition = rules::allOf({*selected_, std::move(condition)});
    RuleInfo info;
    info.name = report_.title;
    info.title = settings.message.empty() ? report_.title : settings.message;
    info.origin.ruleset = report_.ruleset;
    info.origin.id = namespace_.empty() ? report_.title : namespace_ + "/" + report_.title;
    info.origin.tags = settings.tags;
    info.origin.action = name(settings.action);
    info.origin.message = settings.message;
    info.origin.severity = settings.severity;
    Recipe recipe = recipeOf(std::move(info), severityOf(settings.severity),
                             rules::knownToBe(std::move(condition)), report_);
    // Where nobody enforces the policy, what it blocks runs; what is enforced fails.
    if (settings.action == Action::kBlock) recipe.results = {0, EACCES, EPERM};
    return recipe;
  }

  // An allowed program is no alert, and every other one is.
  Condition whitelisted(Condition allowed) {
    report_.warn(report_.line,
                 "Allow makes a whitelist: every other program that runs is an alert");
    std::vector<Condition> parts;
    if (!selected_ && document_.find("kind")->text == "KubeArmorPolicy") {
      parts.push_back(rules::negation(
          rules::textTest(rules::fieldRef("container.id"), Condition::Kind::kEqual, {""}, false)));
      // A container that is not known is none.
      parts.push_back(rules::existsTest(rules::fieldRef("container.id")));
    }
    parts.push_back(rules::negation(std::move(allowed)));
    return rules::allOf(std::move(parts));
  }

  const YamlNode& document_;
  RuleReport& report_;
  const Workloads* workloads_;
  KubeArmorGlobs globs_;
  std::optional<Condition> selected_;  // of which containers; nothing: of all there is
  std::string namespace_;
  std::map<Settings, std::vector<Condition>> groups_;
  std::vector<PolicyEntry> entries_;
  std::size_t conditions_ = 0;
};

}  // namespace

bool looksLikePolicy(const YamlNode& document) {
  const YamlNode* kind = document.find("kind");
  return kind != nullptr &&
         (kind->text == "KubeArmorPolicy" || kind->text == "KubeArmorHostPolicy" ||
          kind->text == "KubeArmorClusterPolicy");
}

CompiledPolicy compilePolicy(const YamlNode& document, const Workloads* workloads,
                             KubeArmorGlobs globs, RuleReport& report) {
  return Policy(document, report, workloads, globs).compile();
}

}  // namespace exectrail::analyzer::kubearmor
