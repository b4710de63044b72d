#include "analyzer/follow/metrics.h"

#include <unistd.h>

#include <fstream>
#include <sstream>

#include "trace/escape.h"

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

// One family of figures, with a line for each sink; the number keeps two of the same place apart.
template <typename Value>
void addOfSinks(Exposition& text, const std::vector<SinkSet::Figures>& sinks,
                const std::string& name, const std::string& type, const std::string& help,
                Value value) {
  text.family(name, type, help);
  for (std::size_t i = 0; i < sinks.size(); ++i) {
    const std::string sink = std::to_string(i + 1) + ":" + sinks[i].kind + ":" +
                             trace::escapeForTerminal(sinks[i].target);
    text.value(name, value(sinks[i].state), label("sink", sink));
  }
}

void addSinks(Exposition& text, const std::vector<SinkSet::Figures>& sinks) {
  if (sinks.empty()) return;
  const auto add = [&](const char* name, const char* type, const char* help, auto value) {
    addOfSinks(text, sinks, name, type, help, value);
  };
  add("sink_sent_total", "counter", "Alerts that a sink has taken.",
      [](const SinkState& state) { return state.sent; });
  add("sink_dropped_total", "counter", "Alerts that a sink did not get and that nothing keeps.",
      [](const SinkState& state) { return state.dropped; });
  add("sink_dead_letters_total", "counter", "Alerts given up, in the file for these.",
      [](const SinkState& state) { return state.dead; });
  add("sink_waiting", "gauge", "Alerts that wait in memory.",
      [](const SinkState& state) { return state.waiting; });
  add("sink_spooled_bytes", "gauge", "Size of what waits on disk.",
      [](const SinkState& state) { return state.spooledBytes; });
  add("sink_failures_total", "counter", "How often a sink began to take nothing.",
      [](const SinkState& state) { return state.failures; });
  add("sink_failing", "gauge", "A sink takes nothing at present.",
      [](const SinkState& state) { return state.failing ? 1 : 0; });
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
  text.one("output_bytes", "gauge", "Size of the file of alerts that is being written.",
           figures.outputBytes);
  text.family("segment_info", "gauge", "The segment that is being read.");
  text.value("segment_info", 1, label("name", figures.segment));
  addSinks(text, figures.sinks);
  text.family("confined", "gauge", "Whether the analyzer can do no more than it needs to.");
  text.value("confined", figures.confinedFiles ? 1 : 0, label("to", "files"));
  text.value("confined", figures.confinedCalls ? 1 : 0, label("to", "system_calls"));
  text.one("resident_bytes", "gauge", "Memory of the analyzer.", residentBytes());
  return text.take();
}

}  // namespace exectrail::analyzer
