// What the values of a Falco comparison ask of one field, by its operator: the part of a comparison
// that knows nothing of Falco's field names.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/rules/conditions.h"
#include "analyzer/rules/falco_field.h"

namespace exectrail::analyzer::falco {

class ValueTests {
 public:
  explicit ValueTests(const Comparison& comparison) : c_(comparison) {}

 protected:
  using Kind = Condition::Kind;
  using Texts = std::vector<std::string>;

  // Equality, also for "!=", which the caller turns round.
  Condition numbers(const FieldRef& ref);
  Condition users(const FieldRef& ref);
  Condition elements(const FieldRef& ref);
  Condition texts(const FieldRef& ref, bool path);
  Condition commandLine(const FieldRef& ref, bool name);

  Condition mistake(std::string why) {
    problem_ = std::move(why);
    mistaken_ = true;
    return rules::never();
  }
  Condition elsewhere(const std::string& why) {
    problem_ = "field '" + c_.field + "': " + why;
    return rules::never();
  }
  const std::string& value() const { return c_.values.front(); }
  bool equality() const { return c_.op == "=" || c_.op == "==" || c_.op == "in"; }
  bool holds(std::string_view text) const { return std::ranges::count(c_.values, text) > 0; }
  static std::optional<std::int64_t> numberOf(std::string_view text);

  const Comparison& c_;
  std::string note_;
  std::string problem_;
  bool mistaken_ = false;
  bool nocase_ = false;  // behind tolower() and toupper()

 private:
  Condition globs(const FieldRef& ref);
  Condition expression(const FieldRef& ref, const std::string& regex);
};

}  // namespace exectrail::analyzer::falco
