// Whether rules that have changed on disk may take the place of those in use: not if one of these
// is still there and cannot be used any more, as after a slip of the pen. What was deleted is gone,
// and what is new and refused changes nothing.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "analyzer/rules/rule_set.h"

namespace exectrail::analyzer {

class RulesInUse {
 public:
  // Remembers `rules`, unless they may not take the place of those before: then says why.
  std::optional<std::string> replaceBy(const RuleSet& rules);

 private:
  using Name = std::pair<std::string, std::string>;  // file and title

  std::set<Name> used_;
  std::set<std::string> unreadable_;  // files
  bool any_ = false;                  // it has been asked before
};

}  // namespace exectrail::analyzer
