#include "analyzer/output/profile_output.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "trace/escape.h"
#include "trace/json/text.h"

namespace exectrail::analyzer {
namespace {

constexpr double kNsPerMs = 1e6;

struct Row {
  std::string name;
  RecipeProfile cost;
  RecipeCounts counts;
};

std::vector<Row> rowsOf(const Profile& profile, const Summary& summary) {
  std::vector<Row> rows;
  for (const auto& [name, cost] : profile.recipes) {
    const auto counts = summary.recipes.find(name);
    rows.push_back({name, cost, counts == summary.recipes.end() ? RecipeCounts() : counts->second});
  }
  // By name already.
  std::ranges::stable_sort(rows, std::greater(),
                           [](const Row& row) { return row.cost.candidates; });
  return rows;
}

std::uint64_t ofAllRecipes(const std::vector<Row>& rows) {
  std::uint64_t timeNs = 0;
  for (const Row& row : rows) timeNs += row.cost.timeNs;
  return timeNs;
}

std::string timeText(std::uint64_t timeNs, std::uint64_t totalNs) {
  const double share =
      totalNs == 0 ? 0 : 100 * static_cast<double>(timeNs) / static_cast<double>(totalNs);
  char text[64];
  std::snprintf(text, sizeof text, " %9.1f %5.1f %%", static_cast<double>(timeNs) / kNsPerMs,
                share);
  return text;
}

std::string padded(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : text + std::string(width - text.size(), ' ');
}

std::string column(std::uint64_t number) {
  const std::string text = std::to_string(number);
  return std::string(text.size() < 12 ? 12 - text.size() : 1, ' ') + text;
}

}  // namespace

std::string toText(const Profile& profile, const Summary& summary, std::uint64_t totalNs) {
  const std::vector<Row> rows = rowsOf(profile, summary);
  std::size_t width = std::string_view("everything else").size();
  std::size_t idle = 0;
  for (const Row& row : rows) {
    if (row.cost.candidates == 0) {
      ++idle;
    } else {
      width = std::max(width, trace::escapeForTerminal(row.name).size());
    }
  }
  std::string text =
      padded("recipe", width) +
      "  candidates   evaluated      alerts  suppressed inconclusive        ms   share\n";
  for (const Row& row : rows) {
    if (row.cost.candidates == 0) continue;
    text += padded(trace::escapeForTerminal(row.name), width);
    for (const std::uint64_t number : {row.cost.candidates, row.cost.evaluations, row.counts.alerts,
                                       row.counts.suppressed, row.counts.inconclusive}) {
      text += column(number);
    }
    text += " " + timeText(row.cost.timeNs, totalNs) + "\n";
  }
  const std::uint64_t recipesNs = ofAllRecipes(rows);
  const std::size_t numbers = std::size_t{5} * 12 + 1;
  const auto line = [&](const std::string& what, std::uint64_t timeNs) {
    text += padded(what, width + numbers) + timeText(timeNs, totalNs) + "\n";
  };
  line("alerts given out", profile.sinkNs);
  line("everything else: reading, process tree, index",
       totalNs - std::min(totalNs, recipesNs + profile.sinkNs));
  if (idle != 0) {
    text += std::to_string(idle) + " of " + std::to_string(rows.size()) +
            " recipes cost nothing: no execution came near\n";
  }
  return text;
}

std::string toJsonLine(const Profile& profile, const Summary& summary, std::uint64_t totalNs) {
  trace::JsonArray recipes;
  const std::vector<Row> rows = rowsOf(profile, summary);
  for (const Row& row : rows) {
    trace::JsonObject recipe("recipe", row.name);
    recipe.put("candidates", row.cost.candidates);
    recipe.put("evaluations", row.cost.evaluations);
    recipe.put("alerts", row.counts.alerts);
    recipe.put("suppressed", row.counts.suppressed);
    recipe.put("inconclusive", row.counts.inconclusive);
    recipe.put("time_ns", row.cost.timeNs);
    recipes.add(recipe);
  }
  trace::JsonObject json("executions", summary.execs);
  json.put("attempts", summary.attempts);
  json.put("recipes", recipes);
  json.put("recipes_ns", ofAllRecipes(rows));
  json.put("alerts_given_out_ns", profile.sinkNs);
  json.put("total_ns", totalNs);
  return json.line();
}

}  // namespace exectrail::analyzer
