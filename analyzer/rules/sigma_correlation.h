// Correlation rules of Sigma (the specification's correlation rules 2.1): how often, of how many
// values, or in which company other rules match within a time -> recipes that count or wait for a
// sequence.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "analyzer/compiler/yaml_tree.h"
#include "analyzer/rules/rule_set.h"
#include "analyzer/rules/sigma_fields.h"

namespace exectrail::analyzer::sigma {

// A rule that correlations may refer to.
struct Correlated {
  std::string title;
  LogSource source = LogSource::kProcessCreation;
  Condition when;
};

class CorrelationBook {
 public:
  // By its `name` and its `id`, either of which may be empty.
  void add(const std::string& name, const std::string& id, Correlated rule);
  void add(YamlNode document, const std::string& file);

  struct Compiled {
    std::vector<Recipe> recipes;  // none if the report refuses it
    RuleReport report;
  };
  // Rules may stand behind the correlations that refer to them: to be called when all are there.
  std::vector<Compiled> compile();

  // The correlation by whose alerts alone a rule of this name or id shows; empty: by its own as
  // well.
  std::string shownBy(const std::string& name, const std::string& id) const;

 private:
  std::map<std::string, Correlated> rules_;
  std::vector<std::pair<YamlNode, std::string>> documents_;
  std::map<std::string, std::string> silent_;  // by reference: the correlation's title
  std::set<std::string> generate_;             // references of which a correlation wants alerts
};

}  // namespace exectrail::analyzer::sigma
