#include "replay/scenario/expectation_words.h"

#include <cstring>

#include "replay/scenario/scenario_parser.h"

namespace exectrail::replay {

using analyzer::DiagnosticCode;
using analyzer::Diagnostics;
using analyzer::YamlNode;

namespace {

constexpr std::uint16_t kLastErrno = 133;  // EHWPOISON, include/uapi/asm-generic/errno.h

std::optional<trace::EvidenceClass> evidenceByName(std::string_view word) {
  for (std::uint16_t i = 0; i <= static_cast<std::uint16_t>(trace::EvidenceClass::kExternal); ++i) {
    const auto each = static_cast<trace::EvidenceClass>(i);
    if (trace::name(each) == word) return each;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint16_t> errnoByName(std::string_view word) {
  if (word == "ok") return std::uint16_t{0};
  for (std::uint16_t number = 1; number <= kLastErrno; ++number) {
    const char* const known = ::strerrorname_np(number);
    if (known != nullptr && word == known) return number;
  }
  return std::nullopt;
}

Count parseCount(const YamlFields& fields, const std::string& what, Diagnostics& diagnostics) {
  const std::optional<std::uint64_t> exactly = fields.number("exactly");
  const std::optional<std::uint64_t> atLeast = fields.number("at_least");
  const std::optional<std::uint64_t> atMost = fields.number("at_most");
  const bool any = fields.find("exactly") || fields.find("at_least") || fields.find("at_most");
  if (!any && fields.node().kind == YamlNode::Kind::kMap) {
    diagnostics.error(DiagnosticCode::kMissingKey, fields.node().position,
                      fields.what() + " must say how many " + what + " it wants",
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

}  // namespace exectrail::replay
