// For people: what did not pass, as a difference between expected and got.
#include <algorithm>
#include <cstdio>
#include <ostream>

#include "replay/report/report.h"
#include "trace/escape.h"

namespace exectrail::replay {
namespace {

constexpr std::size_t kVerdictWidth = 14;
constexpr std::size_t kNameWidth = 62;
constexpr std::size_t kSeverityWidth = 9;
constexpr std::size_t kReasonWidth = 20;
constexpr std::size_t kEffectWidth = 16;

// Columns on a terminal of text that trace::escapeForTerminal() let pass; wide characters count
// one.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string padded(std::string_view text, std::size_t columns) {
  const std::size_t used = width(text);
  return std::string(text) + std::string(used < columns ? columns - used : 0, ' ');
}

std::string shown(std::chrono::microseconds duration) {
  char text[32];
  const double milliseconds = static_cast<double>(duration.count()) / 1e3;
  if (milliseconds < 1000) {
    std::snprintf(text, sizeof text, "%.0f ms", milliseconds);
  } else {
    std::snprintf(text, sizeof text, "%.1f s", milliseconds / 1e3);
  }
  return text;
}

// Without the spaces that padding leaves at the end; nothing if that is all there is.
void printLine(std::ostream& out, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  if (!line.empty()) out << line << "\n";
}

void printHead(std::ostream& out, const Result& result) {
  const bool warned = result.verdict == Verdict::kPass && !result.findings.empty();
  out << padded(warned ? "WARN" : name(result.verdict), kVerdictWidth);
  if (result.verdict == Verdict::kSkip) {
    out << result.recording.name() << "   " << result.skipReason << "\n";
    return;
  }
  const std::string duration = shown(result.duration);
  out << padded(result.recording.name(), kNameWidth)
      << std::string(duration.size() < 8 ? 8 - duration.size() : 1, ' ') << duration << "\n";
}

void printSighting(std::ostream& out, std::string_view label, const Sighting& sighting,
                   std::size_t pathWidth) {
  printLine(out, std::string(label) + padded(sighting.severity, kSeverityWidth) +
                     padded(sighting.path, pathWidth) + "  " + sighting.chain);
}

void printGot(std::ostream& out, const Got& got, std::size_t pathWidth) {
  printSighting(out, "  + got       ", got.sighting, pathWidth);
  for (const std::string& difference : got.differences) {
    // The severity stands in both lines already.
    if (difference.starts_with("severity: ")) continue;
    out << "    differs   " << difference << "\n";
  }
  for (const analyzer::Reason& reason : got.reasons) {
    printLine(out, "    because   " + padded(reason.name, kReasonWidth) +
                       padded(reason.effect, kEffectWidth) + reason.source);
    printLine(out, "                " + trace::escapeForTerminal(reason.because));
  }
}

constexpr std::size_t kFactWidth = 20;

// What was wanted of a record's facts and what they are, below the record's own line.
void printDeviations(std::ostream& out, const std::vector<Deviation>& deviations) {
  const std::string* record = nullptr;
  for (const Deviation& each : deviations) {
    if (record == nullptr || *record != each.record) out << "    record    " << each.record << "\n";
    record = &each.record;
    if (each.fact.empty()) continue;
    const std::string fact = padded(each.fact, kFactWidth);
    printLine(out, "  - expected  " + fact + " " + each.expected);
    printLine(out, "  + got       " + fact + " " + each.got);
  }
}

void printFinding(std::ostream& out, const Finding& finding) {
  std::size_t pathWidth = finding.expected ? width(finding.expected->path) : 0;
  for (const Got& got : finding.got) pathWidth = std::max(pathWidth, width(got.sighting.path));
  const bool undecided = finding.kind == FindingKind::kUndecided;
  out << (undecided ? "  ? unknown   " : "    ") << finding.what << "\n";
  if (finding.expected) printSighting(out, "  - expected  ", *finding.expected, pathWidth);
  if (finding.expected && finding.got.empty()) out << "  + got       nothing like it\n";
  for (const Got& got : finding.got) printGot(out, got, pathWidth);
  printDeviations(out, finding.deviations);
  for (const std::string& detail : finding.details) out << "    " << detail << "\n";
}

}  // namespace

void TextReport::add(const Result& result) {
  const bool clean = result.verdict == Verdict::kPass && result.findings.empty();
  if (clean && detail_ == Detail::kProblems) return;
  printHead(out_, result);
  for (const Finding& finding : result.findings) printFinding(out_, finding);
  if (result.findings.empty()) return;
  out_ << "    rerun     " << rerunCommand(result, rerunOptions_) << "\n";
}

void TextReport::finish(const Totals& totals) {
  for (const NotExercised& each : totals.exercise.untested) {
    out_ << padded("FAIL", kVerdictWidth) << "recipe " << each.recipe << ": " << each.why << "\n";
  }
  for (const NotExercised& each : totals.exercise.notApplied) {
    out_ << padded("not applied", kVerdictWidth) << "recipe " << each.recipe << ": " << each.why
         << "\n";
  }
  std::string counts = std::to_string(totals.scenarios);
  counts += totals.scenarios == 1 ? " scenario" : " scenarios";
  if (totals.recordings != totals.scenarios) {
    counts += " in " + std::to_string(totals.recordings) + " recordings";
  }
  counts += ": " + std::to_string(totals.passed) + " passed, " + std::to_string(totals.failed) +
            " failed, " + std::to_string(totals.inconclusive) + " inconclusive, " +
            std::to_string(totals.skipped) + " skipped";
  if (totals.warned > 0) counts += ", " + std::to_string(totals.warned) + " with a warning";
  const std::string duration = shown(totals.duration);
  out_ << padded(counts, kVerdictWidth + kNameWidth)
       << std::string(duration.size() < 8 ? 8 - duration.size() : 1, ' ') << duration << "\n";
  if (totals.benign > 0) {
    out_ << "unexpected alerts on " << totals.benign
         << (totals.benign == 1 ? " benign scenario: " : " benign scenarios: ")
         << countsOf(totals.unexpectedBenign) << "\n";
  }
  if (totals.unexpectedOthers != BySeverity{}) {
    out_ << "unexpected alerts on scenarios of attacks: " << countsOf(totals.unexpectedOthers)
         << "\n";
  }
}

}  // namespace exectrail::replay
