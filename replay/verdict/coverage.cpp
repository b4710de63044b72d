#include "replay/verdict/coverage.h"

#include <algorithm>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

namespace exectrail::replay {
namespace {

void add(Row& row, const Result& result) {
  ++row.recordings;
  bool caught = false;
  for (const auto& [recipe, outcome] : result.recipes) {
    if (outcome.alerts == 0) continue;
    caught = true;
    ++row.fired[recipe];
  }
  row.caught += caught ? 1U : 0U;
  if (!caught) row.uncaught.push_back(result.recording.name());
}

std::string firedText(const Row& row) {
  std::string text;
  for (const auto& [recipe, count] : row.fired) {
    text += (text.empty() ? "" : ", ") + recipe + " " + std::to_string(count);
  }
  return text;
}

std::size_t widest(const std::map<std::string, Row>& rows) {
  std::size_t width = 0;
  for (const auto& [name, row] : rows) width = std::max(width, name.size());
  return width;
}

void printRows(const std::map<std::string, Row>& rows, std::ostream& out) {
  const int width = static_cast<int>(widest(rows)) + 2;
  for (const auto& [name, row] : rows) {
    out << std::left << std::setw(width) << name << std::right << std::setw(4) << row.caught
        << " of " << std::left << std::setw(5) << row.recordings << firedText(row) << "\n";
  }
}

// Names of scenarios and recipes hold nothing that HTML would take for its own; still:
std::string html(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '"') {
      result += "&quot;";
    } else {
      result += c;
    }
  }
  return result;
}

void printHtmlRow(const Coverage& coverage, const std::string& name, const Row& row, bool noise,
                  std::ostream& out) {
  out << "<tr><th>" << html(name) << "</th><td class=\""
      << (noise                          ? "all"
          : row.caught == row.recordings ? "hit"
          : row.caught == 0              ? "none"
                                         : "part")
      << "\">" << row.caught << "/" << row.recordings << "</td>";
  for (const std::string& recipe : coverage.recipes) {
    const auto found = row.fired.find(recipe);
    if (found == row.fired.end()) {
      out << "<td></td>";
    } else {
      out << "<td class=\"" << (noise ? "none" : "hit") << "\" title=\"" << html(recipe) << " in "
          << found->second << " of " << row.recordings << " recordings\">" << found->second
          << "</td>";
    }
  }
  out << "</tr>\n";
}

constexpr const char* kHtmlHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Exectrail coverage</title><style>
body { font: 14px/1.4 sans-serif; margin: 2em; color: #222 }
table { border-collapse: collapse; margin: 1em 0 }
th { font-weight: normal; text-align: left; padding: 2px 8px 2px 0 }
thead th { vertical-align: bottom; height: 14em; width: 2em; padding: 0 }
thead th div { writing-mode: vertical-rl; transform: rotate(180deg) }
td { border: 1px solid #ddd; text-align: center; min-width: 2em; padding: 2px 4px }
tr.group th { font-weight: bold; padding-top: 1em }
.hit { background: #bfe5bf } .part { background: #fbe7a8 } .none { background: #f3b9b9 }
</style></head><body><h1>What fired</h1>
<p>Recordings of the corpus in which a recipe alerted, by ATT&amp;CK technique, by evasion, and on
benign programs. The first column says in how many of them any recipe did.</p>
<table><thead><tr><th></th><th><div>any recipe</div></th>)";

}  // namespace

Coverage coverageOf(const std::vector<Result>& results) {
  Coverage coverage;
  std::set<std::string> recipes;
  for (const Result& result : results) {
    const Scenario& scenario = *result.recording.scenario;
    if (result.recipes.empty()) {
      ++coverage.notReplayed;
      continue;
    }
    for (const auto& [recipe, outcome] : result.recipes) recipes.insert(recipe);
    if (scenario.category == "benign") {
      add(coverage.benign, result);
      continue;
    }
    for (const std::string& technique : scenario.attack)
      add(coverage.techniques[technique], result);
    if (scenario.category == "evasion") add(coverage.evasions[scenario.name], result);
  }
  coverage.recipes.assign(recipes.begin(), recipes.end());
  return coverage;
}

void printText(const Coverage& coverage, std::ostream& out) {
  out << "techniques: recordings in which something fired, and what did in how many\n";
  printRows(coverage.techniques, out);
  out << "\nevasions\n";
  printRows(coverage.evasions, out);
  std::set<std::string> fired;
  for (const auto& [name, row] : coverage.techniques) {
    for (const auto& [recipe, count] : row.fired) fired.insert(recipe);
  }
  out << "\nnever fired:";
  bool any = false;
  for (const std::string& recipe : coverage.recipes) {
    if (fired.contains(recipe)) continue;
    out << " " << recipe;
    any = true;
  }
  if (!any) out << " none of " << coverage.recipes.size() << " recipes";
  out << "\nbenign: " << coverage.benign.recordings << " recordings, alerts in "
      << coverage.benign.caught;
  if (coverage.benign.caught > 0) out << " (" << firedText(coverage.benign) << ")";
  out << "\n";
  if (coverage.notReplayed > 0) {
    out << coverage.notReplayed << " recordings not replayed: exectrail replay run says why\n";
  }
}

void printHtml(const Coverage& coverage, std::ostream& out) {
  out << kHtmlHead;
  for (const std::string& recipe : coverage.recipes) {
    out << "<th><div>" << html(recipe) << "</div></th>";
  }
  out << "</tr></thead><tbody>\n";
  const auto group = [&](const char* title) {
    out << "<tr class=\"group\"><th>" << title << "</th></tr>\n";
  };
  group("Techniques");
  for (const auto& [name, row] : coverage.techniques) {
    printHtmlRow(coverage, name, row, false, out);
  }
  group("Evasions");
  for (const auto& [name, row] : coverage.evasions) printHtmlRow(coverage, name, row, false, out);
  group("Benign");
  printHtmlRow(coverage, "all", coverage.benign, true, out);
  out << "</tbody></table>\n";
  if (coverage.notReplayed > 0) {
    out << "<p>" << coverage.notReplayed << " recordings could not be replayed.</p>\n";
  }
  out << "</body></html>\n";
}

void printNavigator(const Coverage& coverage, std::ostream& out) {
  using Json = nlohmann::ordered_json;
  Json techniques = Json::array();
  for (const auto& [name, row] : coverage.techniques) {
    std::string comment = firedText(row);
    for (const std::string& each : row.uncaught) comment += "\nnot caught: " + each;
    techniques.push_back(
        {{"techniqueID", name},
         {"score", row.caught * 100 / row.recordings},
         {"comment", comment},
         {"enabled", true},
         {"metadata",
          Json::array({{{"name", "recordings"}, {"value", std::to_string(row.recordings)}},
                       {{"name", "caught"}, {"value", std::to_string(row.caught)}}})},
         {"showSubtechniques", name.find('.') != std::string::npos}});
  }
  const Json layer = {
      {"name", "Exectrail"},
      {"versions", {{"layer", "4.5"}, {"navigator", "4.9.1"}}},
      {"domain", "enterprise-attack"},
      {"description", "Recordings of the corpus in which a recipe of Exectrail fired, in per cent"},
      {"filters", {{"platforms", {"Linux"}}}},
      {"techniques", techniques},
      {"gradient",
       {{"colors", {"#f3b9b9", "#fbe7a8", "#bfe5bf"}}, {"minValue", 0}, {"maxValue", 100}}}};
  out << layer.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace exectrail::replay
