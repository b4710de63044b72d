// Falco's lists, macros and rules -> recipes. All files are gathered first: what is defined later
// replaces or extends what came before, as Falco reads them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analyzer/compiler/yaml_tree.h"
#include "analyzer/rules/falco_condition.h"
#include "analyzer/rules/rule_set.h"

namespace exectrail::analyzer::falco {

bool looksLikeRules(const YamlNode& document);

// Text that one definition and those that extend it add up to.
struct Definition {
  std::string file;
  std::uint32_t line = 1;
  std::string condition;
};

struct Rule {
  Definition definition;
  std::string name;
  std::string description;
  std::string priority;
  std::string output;
  std::string source;
  bool enabled = true;
  std::vector<std::string> tags;
  std::vector<YamlNode> exceptions;
};

class RuleBook {
 public:
  // `workloads` says what containers are; null: nobody knows.
  explicit RuleBook(const Workloads* workloads = nullptr) : workloads_(workloads) {}

  // Adds a document; what is wrong with an entry becomes a report.
  void add(const YamlNode& document, const std::string& file, std::vector<RuleReport>& reports);

  struct Compiled {
    std::vector<Recipe> recipes;  // none if the report refuses it
    RuleReport report;
  };
  std::vector<Compiled> compile() const;

 private:
  void addList(const YamlNode& entry, RuleReport& report);
  void addMacro(const YamlNode& entry, RuleReport& report);
  void addRule(const YamlNode& entry, RuleReport& report);
  static void addExceptions(const YamlNode& entry, Rule& rule);
  Compiled compileRule(const Rule& rule, const Vocabulary& vocabulary) const;

  const Workloads* workloads_;
  std::map<std::string, std::vector<std::string>> lists_;
  std::map<std::string, Definition> macros_;
  std::vector<Rule> rules_;
};

}  // namespace exectrail::analyzer::falco
