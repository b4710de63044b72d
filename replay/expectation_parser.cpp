#include "replay/expectation_parser.h"

#include <array>
#include <cstring>

#include "replay/scenario_parser.h"
#include "replay/yaml_fields.h"

namespace exectrail::replay {
namespace {

using analyzer::DiagnosticCode;
using analyzer::Diagnostics;
using analyzer::YamlNode;

constexpr std::uint16_t kLastErrno = 133;  // EHWPOISON, include/uapi/asm-generic/errno.h

std::vector<std::string> severityNames() {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(analyzer::Severity::kCritical); ++i) {
    names.emplace_back(analyzer::name(static_cast<analyzer::Severity>(i)));
  }
  return names;
}

std::optional<trace::EvidenceClass> evidenceByName(std::string_view word) {
  for (std::uint16_t i = 0; i <= static_cast<std::uint16_t>(trace::EvidenceClass::kExternal); ++i) {
    const auto each = static_cast<trace::EvidenceClass>(i);
    if (trace::name(each) == word) return each;
  }
  return std::nullopt;
}

std::optional<std::uint16_t> errnoByName(std::string_view word) {
  if (word == "ok") return std::uint16_t{0};
  for (std::uint16_t number = 1; number <= kLastErrno; ++number) {
    const char* const known = ::strerrorname_np(number);
    if (known != nullptr && word == known) return number;
  }
  return std::nullopt;
}

Count parseCount(const YamlFields& fields, Diagnostics& diagnostics) {
  const std::optional<std::uint64_t> exactly = fields.number("exactly");
  const std::optional<std::uint64_t> atLeast = fields.number("at_least");
  const std::optional<std::uint64_t> atMost = fields.number("at_most");
  const bool any = fields.find("exactly") || fields.find("at_least") || fields.find("at_most");
  if (!any && fields.node().kind == YamlNode::Kind::kMap) {
    diagnostics.error(DiagnosticCode::kMissingKey, fields.node().position,
                      "a `fire` entry must say how many alerts it wants",
                      "add exactly: 1, or at_least and at_most");
  }
  if (fields.find("exactly") && (fields.find("at_least") || fields.find("at_most"))) {
    diagnostics.error(static_cast<DiagnosticCode>(ScenarioCode::kContradiction),
                      fields.find("exactly")->position,
                      "'exactly' cannot stand beside 'at_least' or 'at_most'");
  }
  if (atLeast && atMost && *atLeast > *atMost) {
    diagnostics.error(static_cast<DiagnosticCode>(ScenarioCode::kContradiction),
                      fields.find("at_least")->position, "'at_least' is more than 'at_most'");
  }
  return exactly ? Count{*exactly, exactly} : Count{atLeast.value_or(0), atMost};
}

void parseSeverity(const YamlFields& fields, Expectation& expectation, Diagnostics& diagnostics) {
  const std::optional<std::string> word = fields.text("severity");
  if (!word) return;
  expectation.severity = analyzer::severityByName(*word);
  if (expectation.severity) return;
  diagnostics.error(
      DiagnosticCode::kBadValue, fields.find("severity")->position,
      "'" + *word + "' is not a severity" + analyzer::didYouMean(*word, severityNames()),
      "one of info, low, medium, high, critical");
}

void parseProcess(const YamlNode& node, Expectation& expectation, Diagnostics& diagnostics) {
  const YamlFields process(node, "`process`", {"executable", "typed", "lineage"}, diagnostics);
  expectation.executable = process.text("executable");
  expectation.typedPath = process.text("typed");
  const YamlNode* const lineage = process.find("lineage");
  if (lineage == nullptr) return;
  if (lineage->kind != YamlNode::Kind::kSequence) {
    diagnostics.error(DiagnosticCode::kWrongShape, lineage->position,
                      "'lineage' must be a list of names", "write it as [php-fpm, sh, x]");
    return;
  }
  for (const YamlNode& item : lineage->items) {  // a name may come twice: [sh, sh, x]
    if (auto text = scalarText(item, "an entry of 'lineage'", diagnostics)) {
      expectation.lineage.push_back(*text);
    }
  }
}

void parseResult(const YamlFields& fields, Expectation& expectation, Diagnostics& diagnostics) {
  const std::optional<std::string> word = fields.text("result");
  if (!word) return;
  expectation.errorNumber = errnoByName(*word);
  if (expectation.errorNumber) return;
  diagnostics.error(DiagnosticCode::kBadValue, fields.find("result")->position,
                    "'" + *word + "' is not a result of execve",
                    "ok, or the name of an errno such as EACCES");
}

std::vector<trace::EvidenceClass> parseClasses(const YamlNode& node, Diagnostics& diagnostics) {
  std::vector<trace::EvidenceClass> classes;
  const auto add = [&](const YamlNode& item) {
    const auto word = scalarText(item, "a class of evidence", diagnostics);
    if (!word) return;
    if (const auto known = evidenceByName(*word)) {
      classes.push_back(*known);
    } else {
      diagnostics.error(DiagnosticCode::kBadValue, item.position,
                        "'" + *word + "' is not a class of evidence",
                        "one of kernel, image, entry, procfs, inferred, external, unknown");
    }
  };
  if (node.kind == YamlNode::Kind::kSequence) {
    for (const YamlNode& item : node.items) add(item);
  } else {
    add(node);
  }
  return classes;
}

}  // namespace

Expectation parseExpectation(const YamlNode& node, Diagnostics& diagnostics) {
  const YamlFields fields(node, "a `fire` entry",
                          {"recipe", "exactly", "at_least", "at_most", "severity", "process",
                           "file", "result", "reasons", "evidence"},
                          diagnostics);
  Expectation expectation;
  if (const YamlNode* recipe = fields.require("recipe", "name the recipe that must fire")) {
    expectation.recipe = {fields.text("recipe").value_or(""), positionOf(*recipe)};
  }
  expectation.count = parseCount(fields, diagnostics);
  parseSeverity(fields, expectation, diagnostics);
  parseResult(fields, expectation, diagnostics);
  if (const YamlNode* process = fields.find("process")) {
    parseProcess(*process, expectation, diagnostics);
  }
  if (const YamlNode* file = fields.find("file")) {
    expectation.filePath = YamlFields(*file, "`file`", {"path"}, diagnostics).text("path");
  }
  for (const Named& reason : fields.names("reasons", {}, "")) {
    expectation.reasons.push_back(reason.name);
  }
  if (const YamlNode* evidence = fields.find("evidence")) {
    if (evidence->kind != YamlNode::Kind::kMap) {
      diagnostics.error(DiagnosticCode::kWrongShape, evidence->position, "'evidence' must be a map",
                        "write it as {executable: kernel}");
    }
    for (const analyzer::YamlEntry& entry : evidence->entries) {
      expectation.evidence[entry.key] = parseClasses(entry.value, diagnostics);
    }
  }
  return expectation;
}

}  // namespace exectrail::replay
