#include "replay/verdict/match.h"

#include <algorithm>
#include <iterator>

#include "analyzer/compiler/program.h"
#include "trace/escape.h"

namespace exectrail::replay {
namespace {

using analyzer::Alert;

constexpr std::size_t kChainShown = 6;  // entries of a lineage in one line

std::string shown(const trace::Field<std::string>& field) {
  return field.known() ? trace::quoteForTerminal(field.value) : "unknown";
}

std::string differing(const std::string& what, const std::string& expected,
                      const std::string& got) {
  return what + ": expected " + expected + ", got " + got;
}

void comparePath(const char* what, const std::optional<std::string>& expected,
                 const trace::Field<std::string>& got, std::vector<std::string>& differences) {
  if (!expected || (got.known() && got.value == *expected)) return;
  differences.push_back(differing(what, trace::quoteForTerminal(*expected), shown(got)));
}

std::string join(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::vector<std::string> names(const std::vector<analyzer::LineageEntry>& lineage) {
  std::vector<std::string> result;
  std::transform(lineage.begin(), lineage.end(), std::back_inserter(result),
                 [](const analyzer::LineageEntry& entry) { return entry.name; });
  return result;
}

bool endsWith(const std::vector<std::string>& whole, const std::vector<std::string>& end) {
  return whole.size() >= end.size() && std::equal(end.rbegin(), end.rend(), whole.rbegin());
}

std::string classNames(const std::vector<trace::EvidenceClass>& classes) {
  std::vector<std::string> result;
  result.reserve(classes.size());
  for (const trace::EvidenceClass each : classes) result.emplace_back(trace::name(each));
  return join(result, " or ");
}

void compareEvidence(const Expectation& expectation, const Alert& alert,
                     std::vector<std::string>& differences) {
  for (const auto& [field, classes] : expectation.evidence) {
    const auto found = alert.evidence.find(field);
    if (found != alert.evidence.end() &&
        std::find(classes.begin(), classes.end(), found->second) != classes.end()) {
      continue;
    }
    differences.push_back(differing(
        "evidence of " + field, classNames(classes),
        found == alert.evidence.end() ? "none" : std::string(trace::name(found->second))));
  }
}

void compareReasons(const Expectation& expectation, const Alert& alert,
                    std::vector<std::string>& differences) {
  for (const std::string& reason : expectation.reasons) {
    const auto has = [&](const analyzer::Reason& each) { return each.name == reason; };
    if (std::any_of(alert.reasons.begin(), alert.reasons.end(), has)) continue;
    std::vector<std::string> got;
    for (const analyzer::Reason& each : alert.reasons) got.push_back(each.name);
    differences.push_back(differing("reasons", reason, "[" + join(got, ", ") + "]"));
  }
}

}  // namespace

std::vector<std::string> differences(const Expectation& expectation, const Alert& alert) {
  std::vector<std::string> found;
  if (expectation.severity && *expectation.severity != alert.severity) {
    found.push_back(differing("severity", std::string(analyzer::name(*expectation.severity)),
                              std::string(analyzer::name(alert.severity))));
  }
  comparePath("executable", expectation.executable, alert.process.executable, found);
  comparePath("typed", expectation.typedPath, alert.typedPath, found);
  comparePath("file.path", expectation.filePath, alert.filePath, found);
  if (expectation.errorNumber && *expectation.errorNumber != alert.errorNumber) {
    found.push_back(
        differing("result", resultName(*expectation.errorNumber), resultName(alert.errorNumber)));
  }
  const std::vector<std::string> lineage = names(alert.lineage);
  if (!endsWith(lineage, expectation.lineage)) {
    found.push_back(differing("lineage", "[…, " + join(expectation.lineage, ", ") + "]",
                              "[" + trace::escapeForTerminal(join(lineage, ", ")) + "]"));
  }
  compareReasons(expectation, alert, found);
  compareEvidence(expectation, alert, found);
  return found;
}

bool matches(const Expectation& expectation, const Alert& alert) {
  return alert.recipe->name == expectation.recipe.name && differences(expectation, alert).empty();
}

Sighting sightingOf(const Expectation& expectation) {
  Sighting line;
  line.severity = expectation.severity ? std::string(analyzer::name(*expectation.severity)) : "any";
  for (const auto* path :
       {&expectation.filePath, &expectation.executable, &expectation.typedPath}) {
    if (!*path || !line.path.empty()) continue;
    line.path = trace::quoteForTerminal(**path);
  }
  if (line.path.empty()) line.path = "any path";
  if (!expectation.lineage.empty()) {
    line.chain = trace::escapeForTerminal(join(expectation.lineage, " → "));
  }
  return line;
}

Sighting sightingOf(const Alert& alert) {
  Sighting line;
  line.severity = analyzer::name(alert.severity);
  line.path = shown(alert.filePath.known() ? alert.filePath : alert.process.executable);
  std::vector<std::string> chain;
  const std::size_t size = alert.lineage.size();
  for (std::size_t i = size > kChainShown ? size - kChainShown : 0; i < size; ++i) {
    const analyzer::LineageEntry& entry = alert.lineage[i];
    chain.push_back(trace::escapeForTerminal(entry.name) + "(" + std::to_string(entry.image.tgid) +
                    ")");
  }
  line.chain = (size > kChainShown ? "… → " : "") + join(chain, " → ");
  return line;
}

}  // namespace exectrail::replay
