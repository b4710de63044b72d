// One comparison of Falco -> a condition about an execution.
#pragma once

#include <string>
#include <vector>

#include "analyzer/compiler/condition.h"

namespace exectrail::analyzer::falco {

struct Comparison {
  std::string field;  // "proc.aname[2]"
  std::string op;     // "=", "in", "exists", ...
  std::vector<std::string> values;
};

struct ComparisonResult {
  Condition condition;    // never true if there is a problem
  std::string note;       // in which it differs from what Falco would ask
  std::string problem;    // why it cannot be asked of an execution
  bool mistaken = false;  // the problem is the rule's: no such operator, a bad expression
};

ComparisonResult compare(const Comparison& comparison);

}  // namespace exectrail::analyzer::falco
