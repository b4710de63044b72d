#include "analyzer/output/summary.h"

namespace exectrail::analyzer {
namespace {

std::string counted(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string alertsLine(const Summary& summary) {
  std::uint64_t total = 0;
  std::string bySeverity;
  for (std::size_t i = kSeverityNames.size(); i-- > 0;) {
    const std::uint64_t count = summary.alertsBySeverity.at(i);
    total += count;
    if (count == 0) continue;
    bySeverity += (bySeverity.empty() ? "" : ", ") + std::to_string(count) + " " +
                  std::string(kSeverityNames.at(i));
  }
  return counted(total, "alert") + (bySeverity.empty() ? "" : ": " + bySeverity) + "\n";
}

}  // namespace

void add(Summary& total, const Summary& more) {
  total.idle = more.idle;  // of the program, the same for every trace
  total.execs += more.execs;
  total.attempts += more.attempts;
  total.gaps += more.gaps;
  total.lostEvents += more.lostEvents;
  total.processesForgotten += more.processesForgotten;
  for (std::size_t i = 0; i < kSeverityNames.size(); ++i) {
    total.alertsBySeverity.at(i) += more.alertsBySeverity.at(i);
  }
  for (const auto& [recipe, counts] : more.recipes) {
    RecipeCounts& sum = total.recipes[recipe];
    sum.alerts += counts.alerts;
    sum.suppressed += counts.suppressed;
    sum.inconclusive += counts.inconclusive;
    sum.evictions += counts.evictions;
    for (const auto& [exemption, count] : counts.exempted) sum.exempted[exemption] += count;
  }
}

std::uint64_t inconclusiveCount(const Summary& summary) {
  std::uint64_t count = 0;
  for (const auto& [recipe, counts] : summary.recipes) count += counts.inconclusive;
  return count;
}

std::string toText(const Summary& summary, const std::string& next) {
  std::string text = counted(summary.execs, "execution") + " and " +
                     counted(summary.attempts, "failed attempt") + " against " +
                     counted(summary.recipes.size(), "recipe") + "; " + alertsLine(summary);
  for (const auto& [recipe, counts] : summary.recipes) {
    for (const auto& [exemption, count] : counts.exempted) {
      text.append("exempted: ").append(std::to_string(count)).append(" by ").append(recipe);
      text.append(", ").append(exemption).append("\n");
    }
    if (counts.inconclusive != 0) {
      text += "inconclusive: " + std::to_string(counts.inconclusive) + " for " + recipe +
              "; too little is known to decide\n";
    }
    if (counts.suppressed != 0) {
      text += "suppressed: " + std::to_string(counts.suppressed) + " by " + recipe +
              ", told as a number in one alert for each kind\n";
    }
    if (counts.evictions != 0) {
      text += "forgotten: " + std::to_string(counts.evictions) + " keys by " + recipe +
              "; its memory was full\n";
    }
  }
  if (!summary.idle.empty()) {
    text += "idle: ";
    for (const std::string& recipe : summary.idle) {
      text += (&recipe == &summary.idle.front() ? "" : ", ") + recipe;
    }
    text += "; needs --baseline, made by exectrail baseline learn\n";
  }
  if (summary.processesForgotten != 0) {
    text += "forgotten: " + std::to_string(summary.processesForgotten) + " processes" +
            "; the trace claims more at a time than Linux runs\n";
  }
  if (summary.gaps != 0) {
    text += "gaps: " + std::to_string(summary.gaps);
    if (summary.lostEvents != 0) text += ", " + counted(summary.lostEvents, "event") + " lost";
    text += "; what happened in them was not judged\n";
  }
  if (!next.empty()) text += "next: " + next + "\n";
  return text;
}

}  // namespace exectrail::analyzer
