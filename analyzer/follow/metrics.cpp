#include "analyzer/follow/metrics.h"

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace exectrail::analyzer {
namespace {

class Exposition {
 public:
  void family(const std::string& name, const std::string& type, const std::string& help) {
    out_ << "# HELP exectrail_" << name << ' ' << help << "\n# TYPE exectrail_" << name << ' '
         << type << '\n';
  }
  template <typename Value>
  void value(const std::string& name, const Value& value, const std::string& labels = {}) {
    out_ << "exectrail_" << name << labels << ' ' << value << '\n';
  }
  template <typename Value>
  void one(const std::string& name, const std::string& type, const std::string& help,
           const Value& only) {
    family(name, type, help);
    value(name, only);
  }
  std::string take() { return out_.str(); }

 private:
  std::ostringstream out_;
};

// {name="value"}, with what the format wants escaped.
std::string label(const std::string& name, std::string_view value) {
  std::string text = "{" + name + "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  return text + "\"}";
}

std::uint64_t residentBytes() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void addSummary(Exposition& text, const Summary& summary) {
  text.one("execs_total", "counter", "Executions judged.", summary.execs);
  text.one("failed_attempts_total", "counter", "Failed attempts judged.", summary.attempts);
  text.one("gaps_total", "counter", "Places where events were lost.", summary.gaps);
  text.one("lost_events_total", "counter", "Events known to be lost, at least.",
           summary.lostEvents);
  text.family("alerts_total", "counter", "Alerts by severity.");
  for (std::size_t i = 0; i < kSeverityNames.size(); ++i) {
    text.value("alerts_total", summary.alertsBySeverity.at(i),
               label("severity", kSeverityNames.at(i)));
  }
  text.family("recipe_alerts_total", "counter", "Alerts by recipe.");
  for (const auto& [recipe, counts] : summary.recipes) {
    text.value("recipe_alerts_total", counts.alerts, label("recipe", recipe));
  }
  text.family("recipe_suppressed_total", "counter", "Alerts told as a number only.");
  for (const auto& [recipe, counts] : summary.recipes) {
    text.value("recipe_suppressed_total", counts.suppressed, label("recipe", recipe));
  }
  text.family("recipe_inconclusive_total", "counter", "Executions that nobody can judge.");
  for (const auto& [recipe, counts] : summary.recipes) {
    text.value("recipe_inconclusive_total", counts.inconclusive, label("recipe", recipe));
  }
}

}  // namespace

std::string toPrometheus(const Figures& figures) {
  Exposition text;
  if (figures.summary != nullptr) addSummary(text, *figures.summary);
  text.family("operational_alerts_total", "counter", "Alerts about the watching itself.");
  for (const auto& [action, count] : figures.operations) {
    text.value("operational_alerts_total", count, label("action", action));
  }
  if (figures.lagSeconds >= 0) {
    text.one("lag_seconds", "gauge", "Age of what was judged last.", figures.lagSeconds);
  }
  text.one("caught_up", "gauge", "Nothing is left to be read.", figures.caughtUp ? 1 : 0);
  text.one("output_bytes", "counter", "Size of the output.", figures.outputBytes);
  text.family("segment_info", "gauge", "The segment that is being read.");
  text.value("segment_info", 1, label("name", figures.segment));
  text.one("resident_bytes", "gauge", "Memory of the analyzer.", residentBytes());
  return text.take();
}

}  // namespace exectrail::analyzer
