// "FIELD|modifiers: values" of a Sigma rule -> a condition about an execution.
#pragma once

#include <vector>

#include "analyzer/compiler/yaml_tree.h"
#include "analyzer/rules/sigma_fields.h"
#include "analyzer/rules/sigma_text.h"

namespace exectrail::analyzer::sigma {

class FieldTests {
 public:
  // Sets `undecidable` for what executions say nothing about.
  FieldTests(LogSource source, RuleReport& report, bool& undecidable)
      : source_(source), report_(report), undecidable_(undecidable) {}

  // Before the entries of one map: of auditd, what a0 means hangs on the type of the record.
  void beginMap(const YamlNode& map);

  Condition of(const YamlEntry& entry);

  // Words that may stand in any text of the event.
  Condition keyword(const std::vector<const YamlNode*>& values, const Modifiers& modifiers,
                    std::uint32_t line);

 private:
  using Values = std::vector<const YamlNode*>;

  Condition compare(const MappedField& field, const Modifiers& modifiers, const Values& values,
                    std::uint32_t line);
  Condition compareText(const MappedField& field, const Modifiers& modifiers, const Values& values,
                        std::uint32_t line);
  Condition compareNumber(const MappedField& field, const Modifiers& modifiers,
                          const Values& values);
  Condition compareUser(const MappedField& field, const Modifiers& modifiers, const Values& values,
                        std::uint32_t line);
  Condition compareHashes(const MappedField& field, const Values& values);
  Condition recordType(const Values& values);
  Condition systemCall(const Values& values);
  Condition reference(const MappedField& field, const Modifiers& modifiers, const Values& values,
                      std::uint32_t line);
  std::optional<Condition> regex(const FieldRef& field, const YamlNode& value,
                                 const Modifiers& modifiers);
  void warnOfPath(const TextTest& test, std::uint32_t line);
  void warnOfCommandLine(const TextTest& test, std::uint32_t line);
  Condition undecidable(std::uint32_t line, std::string why);
  Condition neverTrue(std::uint32_t line, std::string why);
  MappedField mapped(std::string_view name) const {
    return mapField(source_, name, systemCallArguments_);
  }

  // Whether a test of so many bytes is more than a rule may ask; then it is refused.
  bool tooLarge(std::size_t bytes, std::uint32_t line);

  LogSource source_;
  RuleReport& report_;
  bool& undecidable_;
  bool systemCallArguments_ = false;
  std::size_t bytes_ = 0;  // of all tests
};

}  // namespace exectrail::analyzer::sigma
