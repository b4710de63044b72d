// One comparison of Falco -> a condition about an execution.
#pragma once

#include <string>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/compiler/workloads.h"

namespace exectrail::analyzer::falco {

struct Comparison {
  std::string field;  // "proc.aname[2]"
  std::string op;     // "=", "in", "exists", ...
  std::vector<std::string> values;
  std::string transformer = {};  // "tolower" of the field; empty: none
  std::string other = {};        // the field it is compared with, instead of values
};

struct ComparisonResult {
  Condition condition;    // never true if there is a problem
  std::string note;       // in which it differs from what Falco would ask
  std::string problem;    // why it cannot be asked of an execution
  bool mistaken = false;  // the problem is the rule's: no such operator, a bad expression
  std::vector<std::string> events = {};  // that it asks for and that are no executions
};

// `workloads` says what containers are; null: nobody knows.
ComparisonResult compare(const Comparison& comparison, const Workloads* workloads);

}  // namespace exectrail::analyzer::falco
