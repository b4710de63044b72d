// For CI servers: JUnit XML, as Jenkins, GitLab and GitHub's actions read it.
#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "replay/report/report.h"

namespace exectrail::replay {
namespace {

// Text of an element or an attribute. XML 1.0 has no place for most control characters, and what is
// not UTF-8 becomes U+FFFD.
std::string xml(const std::string& text) {
  // nlohmann's replacement of what is not UTF-8, as in our JSON; dump() quotes, parse() unquotes.
  const auto valid =
      nlohmann::json::parse(
          nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
          .get<std::string>();
  std::string result;
  for (const char c : valid) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\n':
        result += "&#10;";
        break;
      default:
        result += c >= 0 && c < ' ' && c != '\t' ? std::string("\xef\xbf\xbd") : std::string(1, c);
    }
  }
  return result;
}

std::string seconds(std::chrono::microseconds duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", static_cast<double>(duration.count()) / 1e6);
  return text;
}

struct Suite {
  std::vector<const Result*> results;
  std::size_t failures = 0;
  std::size_t skipped = 0;
  std::chrono::microseconds duration{};
};

bool failed(const Result& result) {
  return result.verdict == Verdict::kFail || result.verdict == Verdict::kInconclusive;
}

// Without the category, which is the suite.
std::string caseName(const Result& result) {
  const std::string name = result.recording.name();
  return name.substr(name.find('/') + 1);
}

std::string firstLine(const Result& result) {
  return result.findings.empty() ? "" : result.findings.front().what;
}

void printCase(std::ostream& out, const Result& result, const std::string& rerunOptions) {
  out << "    <testcase classname=\"" << xml(result.recording.scenario->category) << "\" name=\""
      << xml(caseName(result)) << "\" file=\"" << xml(result.recording.scenario->file)
      << "\" time=\"" << seconds(result.duration) << "\"";
  if (result.verdict == Verdict::kSkip) {
    out << "><skipped message=\"" << xml(result.skipReason) << "\"/></testcase>\n";
  } else if (failed(result)) {
    const bool undecided = result.verdict == Verdict::kInconclusive;
    out << ">\n      <failure type=\"" << (undecided ? "inconclusive" : "failed") << "\" message=\""
        << xml(firstLine(result)) << "\">" << xml(accountOf(result, rerunOptions))
        << "</failure>\n    </testcase>\n";
  } else if (!result.findings.empty()) {
    out << ">\n      <system-out>" << xml(accountOf(result, rerunOptions))
        << "</system-out>\n    </testcase>\n";
  } else {
    out << "/>\n";
  }
}

void printRecipes(std::ostream& out, const Exercise& exercise) {
  if (exercise.untested.empty() && exercise.notApplied.empty()) return;
  out << "  <testsuite name=\"recipes\" tests=\""
      << exercise.untested.size() + exercise.notApplied.size() << "\" failures=\""
      << exercise.untested.size() << "\" errors=\"0\" skipped=\"" << exercise.notApplied.size()
      << "\">\n";
  const auto open = [&](const NotExercised& each) {
    out << "    <testcase classname=\"recipes\" name=\"" << xml(each.recipe) << "\">";
  };
  for (const NotExercised& each : exercise.untested) {
    open(each);
    out << "<failure type=\"untested\" message=\"" << xml(each.why) << "\"/></testcase>\n";
  }
  for (const NotExercised& each : exercise.notApplied) {
    open(each);
    out << "<skipped message=\"" << xml(each.why) << "\"/></testcase>\n";
  }
  out << "  </testsuite>\n";
}

}  // namespace

void JUnitReport::finish(const Totals& totals) {
  std::map<std::string, Suite> suites;
  for (const Result& result : results_) {
    Suite& suite = suites[result.recording.scenario->category];
    suite.results.push_back(&result);
    suite.failures += failed(result) ? 1U : 0U;
    suite.skipped += result.verdict == Verdict::kSkip ? 1U : 0U;
    suite.duration += result.duration;
  }
  const Exercise& exercise = totals.exercise;
  out_ << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"exectrail replay\" "
          "tests=\""
       << results_.size() + exercise.untested.size() + exercise.notApplied.size()
       << "\" failures=\"" << totals.failed + totals.inconclusive + exercise.untested.size()
       << "\" errors=\"0\" skipped=\"" << totals.skipped + exercise.notApplied.size()
       << "\" time=\"" << seconds(totals.duration) << "\">\n";
  for (const auto& [category, suite] : suites) {
    out_ << "  <testsuite name=\"" << xml(category) << "\" tests=\"" << suite.results.size()
         << "\" failures=\"" << suite.failures << "\" errors=\"0\" skipped=\"" << suite.skipped
         << "\" time=\"" << seconds(suite.duration) << "\">\n";
    for (const Result* result : suite.results) printCase(out_, *result, rerunOptions_);
    out_ << "  </testsuite>\n";
  }
  printRecipes(out_, exercise);
  out_ << "</testsuites>\n";
}

}  // namespace exectrail::replay
