// Files -> documents -> the front end of each language -> recipes with names of their own.
#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <map>
#include <set>

#include "analyzer/compiler/yaml_tree.h"
#include "analyzer/rules/falco.h"
#include "analyzer/rules/kubearmor.h"
#include "analyzer/rules/kubearmor_selector.h"
#include "analyzer/rules/rule_set.h"
#include "analyzer/rules/sigma.h"
#include "analyzer/rules/sigma_correlation.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxNotes = 20;  // of one rule
constexpr std::size_t kMaxNote = 400;  // bytes: values of rules are quoted in them

class Compiler {
 public:
  Compiler(const Workloads* workloads, KubeArmorGlobs globs)
      : workloads_(workloads), globs_(globs), book_(workloads) {}

  RuleSet run(const std::vector<RuleFile>& files) {
    rules_.files = files.size();
    std::vector<RecipeSource> sources;
    for (const RuleFile& file : files) {
      compileFile(file);
      sources.push_back({file.path, file.text});
    }
    for (sigma::CorrelationBook::Compiled& each : correlations_.compile()) {
      add(std::move(each.recipes), each.report);
      rules_.reports.push_back(std::move(each.report));
    }
    silence();
    for (falco::RuleBook::Compiled& each : book_.compile()) {
      add(std::move(each.recipes), each.report);
      rules_.reports.push_back(std::move(each.report));
    }
    if (workloads_ != nullptr && policies_) {
      rules_.recipes.push_back(kubearmor::unnamedContainers(*workloads_));
    }
    rules_.sha256 = inputsSha256(sources);
    return std::move(rules_);
  }

 private:
  void compileFile(const RuleFile& file) {
    RuleReport bad;
    bad.file = file.path;
    if (!file.problem.empty()) {
      bad.refuse(1, file.problem);
      bad.unread = true;
      rules_.reports.push_back(std::move(bad));
      return;
    }
    nextError_ = 0;
    Diagnostics diagnostics;
    const std::vector<YamlNode> documents = parseYaml(file.path, file.text, diagnostics);
    for (std::size_t i = 0; i < documents.size(); ++i) {
      const std::uint32_t next = i + 1 < documents.size()
                                     ? documents[i + 1].position.line
                                     : std::numeric_limits<std::uint32_t>::max();
      compileDocument(documents[i], file.path, duplicateKey(diagnostics, next));
    }
    for (const Diagnostic& error : diagnostics.errors()) {
      if (isDuplicateKey(error)) continue;
      bad.line = error.position.line;
      bad.refuse(bad.line, error.message);
    }
    if (documents.empty() && !bad.refused()) bad.refuse(1, "the file is empty");
    if (bad.refused()) rules_.reports.push_back(std::move(bad));
  }

  // The next one that stands before line `end`: which of its two values is meant, nobody can say.
  const Diagnostic* duplicateKey(const Diagnostics& diagnostics, std::uint32_t end) {
    const Diagnostic* found = nullptr;
    for (; nextError_ < diagnostics.errors().size(); ++nextError_) {
      const Diagnostic& error = diagnostics.errors()[nextError_];
      if (error.position.line >= end) break;
      if (found == nullptr && isDuplicateKey(error)) found = &error;
    }
    return found;
  }

  void compileDocument(const YamlNode& document, const std::string& file,
                       const Diagnostic* duplicate) {
    RuleReport report;
    report.file = file;
    report.line = document.position.line;
    if (duplicate != nullptr) report.refuse(duplicate->position.line, duplicate->message);
    std::vector<Recipe> recipes;
    std::vector<kubearmor::PolicyEntry> entries;
    if (!report.refused() && falco::looksLikeRules(document)) {
      return book_.add(document, file, rules_.reports);
    }
    if (kubearmor::looksLikePolicy(document)) {
      auto policy = kubearmor::compilePolicy(document, workloads_, globs_, report);
      recipes = std::move(policy.recipes);
      entries = std::move(policy.entries);
      policies_ = policies_ || !report.refused();
    } else if (!report.refused() && document.find("correlation") != nullptr) {
      return correlations_.add(document, file);
    } else if (sigma::looksLikeRule(document)) {
      if (auto rule = sigma::compileRule(document, report)) {
        const std::string id = rule->recipe.info->origin->id;
        correlations_.add(rule->name, id, {report.title, rule->source, *rule->recipe.when});
        if (!rule->name.empty() || !id.empty()) {
          referable_.push_back({rule->name, id, rules_.recipes.size(), rules_.reports.size()});
        }
        recipes.push_back(std::move(rule->recipe));
      }
    } else {
      report.refuse(report.line, "neither a Sigma rule nor a KubeArmor policy nor Falco rules");
    }
    add(std::move(recipes), report);
    if (!report.refused()) std::ranges::move(entries, std::back_inserter(rules_.entries));
    rules_.reports.push_back(std::move(report));
  }

  void add(std::vector<Recipe> recipes, RuleReport& report) {
    if (report.refused() || recipes.empty()) return;
    const RuleOrigin& origin = *recipes.front().info->origin;
    if (!origin.id.empty() && !ids_.insert(origin.ruleset + ' ' + origin.id).second) {
      report.refuse(report.line, "a rule with the id " + origin.id + " is already loaded");
      return;
    }
    for (Recipe& recipe : recipes) rules_.recipes.push_back(named(std::move(recipe)));
  }

  // Rules that only make alerts together with others.
  void silence() {
    for (const Referable& each : referable_) {
      const std::string title = correlations_.shownBy(each.name, each.id);
      RuleReport& report = rules_.reports[each.report];
      if (title.empty() || report.refused()) continue;
      rules_.recipes[each.recipe].enabled = false;
      report.mention(report.line, "it makes no alerts of its own, but those of '" + title + "'");
    }
  }

  // Two rules may have one title; the alerts of each must say which it was.
  Recipe named(Recipe recipe) {
    if (names_.insert(recipe.info->name).second) return recipe;
    auto info = std::make_shared<RecipeInfo>(*recipe.info);
    std::uint64_t& number = numbers_.emplace(recipe.info->name, 1).first->second;
    while (!names_.insert(info->name).second) {
      info->name = recipe.info->name + "-" + std::to_string(++number);
    }
    recipe.info = std::move(info);
    return recipe;
  }

  const Workloads* workloads_;
  KubeArmorGlobs globs_;
  bool policies_ = false;  // of KubeArmor, at least one
  // A Sigma rule that correlations may refer to, and where its recipe and report are.
  struct Referable {
    std::string name;
    std::string id;
    std::size_t recipe = 0;
    std::size_t report = 0;
  };

  RuleSet rules_;
  sigma::CorrelationBook correlations_;
  std::vector<Referable> referable_;
  falco::RuleBook book_;  // what is defined later changes what came before
  std::set<std::string> names_;
  std::map<std::string, std::uint64_t> numbers_;  // by names that were taken: the last one added
  std::size_t nextError_ = 0;                     // of the file
  std::set<std::string> ids_;
};

void addNote(RuleReport& report, std::uint32_t line, std::string text) {
  if (text.size() > kMaxNote) text.resize(kMaxNote);
  const auto same = [&](const RuleNote& note) { return note.line == line && note.text == text; };
  if (std::ranges::any_of(report.notes, same)) return;
  if (report.notes.size() < kMaxNotes) {
    report.notes.push_back({line, std::move(text)});
  } else if (report.notes.size() == kMaxNotes) {
    report.notes.push_back({line, "and more"});
  }
}

}  // namespace

void RuleReport::warn(std::uint32_t at, std::string text) {
  if (status == RuleStatus::kLoaded) status = RuleStatus::kWarning;
  addNote(*this, at, std::move(text));
}

void RuleReport::mention(std::uint32_t at, std::string text) {
  addNote(*this, at, std::move(text));
}

void RuleReport::refuse(std::uint32_t at, std::string text) {
  status = RuleStatus::kRefused;
  addNote(*this, at, std::move(text));
}

std::size_t RuleSet::count(RuleStatus status) const {
  return static_cast<std::size_t>(std::ranges::count(reports, status, &RuleReport::status));
}

RuleSet compileRules(const std::vector<RuleFile>& files, const Workloads* workloads,
                     KubeArmorGlobs globs) {
  return Compiler(workloads, globs).run(files);
}

}  // namespace exectrail::analyzer
