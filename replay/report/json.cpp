// For programs: JSON lines.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "replay/report/report.h"

namespace exectrail::replay {
namespace {

using Json = nlohmann::ordered_json;

std::string lowerCase(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

Json toJson(const Sighting& sighting) {
  return {{"severity", sighting.severity}, {"path", sighting.path}, {"chain", sighting.chain}};
}

Json toJson(const Got& got) {
  Json json = toJson(got.sighting);
  json["class"] = got.directoryClass;
  json["differences"] = got.differences;
  json["reasons"] = Json::array();
  for (const analyzer::Reason& reason : got.reasons) {
    json["reasons"].push_back({{"name", reason.name},
                               {"effect", reason.effect},
                               {"because", reason.because},
                               {"source", reason.source}});
  }
  return json;
}

Json toJson(const Finding& finding) {
  Json json = {{"kind", name(finding.kind)}, {"what", finding.what}};
  if (finding.expected) json["expected"] = toJson(*finding.expected);
  json["got"] = Json::array();
  for (const Got& got : finding.got) json["got"].push_back(toJson(got));
  if (finding.kind == FindingKind::kRecord) json["deviations"] = Json::array();
  for (const Deviation& each : finding.deviations) {
    json["deviations"].push_back({{"record", each.record},
                                  {"fact", each.fact},
                                  {"expected", each.expected},
                                  {"got", each.got}});
  }
  json["details"] = finding.details;
  if (finding.warning) json["warning"] = true;
  return json;
}

Json toJson(const BySeverity& counts) {
  Json json = Json::object();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    json[std::string(analyzer::name(static_cast<analyzer::Severity>(i)))] = counts[i];
  }
  return json;
}

// Values may hold bytes of a hostile path that are not UTF-8: U+FFFD, as in alerts.
void printLine(std::ostream& out, const Json& json) {
  out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace

void JsonReport::add(const Result& result) {
  const Scenario& scenario = *result.recording.scenario;
  Json json = {{"scenario", scenario.name},
               {"category", scenario.category},
               {"variant", result.recording.variant},
               {"verdict", lowerCase(name(result.verdict))},
               {"duration_us", result.duration.count()},
               {"findings", Json::array()},
               {"unexpected", toJson(result.unexpected)},
               {"rerun", rerunCommand(result, rerunOptions_)}};
  if (!result.skipReason.empty()) json["skip_reason"] = result.skipReason;
  for (const Finding& finding : result.findings) json["findings"].push_back(toJson(finding));
  printLine(out_, json);
}

void JsonReport::finish(const Totals& totals) {
  for (const auto* list : {&totals.exercise.untested, &totals.exercise.notApplied}) {
    for (const NotExercised& each : *list) {
      const bool untested = list == &totals.exercise.untested;
      printLine(out_, {{"recipe", each.recipe},
                       {"verdict", untested ? "fail" : "not applied"},
                       {"why", each.why}});
    }
  }
  printLine(out_, {{"totals",
                    {{"scenarios", totals.scenarios},
                     {"recordings", totals.recordings},
                     {"passed", totals.passed},
                     {"failed", totals.failed},
                     {"inconclusive", totals.inconclusive},
                     {"skipped", totals.skipped},
                     {"warned", totals.warned},
                     {"untested_recipes", totals.exercise.untested.size()},
                     {"benign_scenarios", totals.benign},
                     {"unexpected_on_benign", toJson(totals.unexpectedBenign)},
                     {"unexpected_on_others", toJson(totals.unexpectedOthers)},
                     {"duration_us", totals.duration.count()}}}});
}

}  // namespace exectrail::replay
