// exectrail analyze: reads traces, prints alerts as they are found, and gives account at the end.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>

#include "analyzer/answer.h"
#include "analyzer/commands.h"
#include "analyzer/confinement.h"
#include "analyzer/engine/baseline.h"
#include "analyzer/follow/alert_output.h"
#include "analyzer/judged_trace.h"
#include "analyzer/output/format.h"
#include "analyzer/output/posture_output.h"
#include "analyzer/output/profile_output.h"
#include "analyzer/output/summary.h"
#include "analyzer/output/wording.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/reader.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kFlushBytes = 64 << 10;
constexpr std::size_t kShownId = 12;  // digits of an alert's id, enough to name it

// In `record -o - | analyze -` Ctrl-C reaches both. The recorder ends its trace, and this end reads
// it to its end; a second Ctrl-C ends at once.
void ignoreFirstInterrupt() {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
}

// Of --profile alone: no alert depends on it.
std::uint64_t steadyNs() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

class Analysis {
 public:
  Analysis(const AnalyzeOptions& options, const Program& program, const Baseline* baseline)
      : options_(options),
        program_(program),
        baseline_(baseline),
        colour_(wantsColour()),
        output_(options.output) {}

  int run() {
    for (const std::string& trace : options_.traces) {
      const auto reader = open(trace);
      if (reader) analyzeTrace(*reader, trace);
    }
    if (!opened_) return kExitEnvironment;
    std::cerr << toText(total_, nextCommand()) << posture_;
    tellProfile();
    if (unreadable_) return kExitEnvironment;
    return failed() ? kExitFound : kExitDone;
  }

 private:
  // One trace that cannot be opened does not keep the others from being analysed. Null then.
  std::unique_ptr<trace::Reader> open(const std::string& path) {
    try {
      if (path == "-") ignoreFirstInterrupt();
      auto reader = openNamed(path, options_.ahead);
      opened_ = true;
      return reader;
    } catch (const EnvironmentError& error) {
      std::cerr << "exectrail: " << error.what() << '\n';
      unreadable_ = true;
      return nullptr;
    }
  }

  void analyzeTrace(trace::Reader& reader, const std::string& path) {
    const trace::Header header = reader.header();
    const std::string again = readAgain(path);
    const Rendering rendering{header, program_.inputsSha256(), options_.context, again, colour_};
    Engine engine(
        program_, header, [&](const Alert& alert) { print(alert, rendering, path); }, baseline_);
    if (profiled()) engine.profile(steadyNs);
    PostureWatch posture;
    trace::Record record;
    while (reader.next(record)) {
      posture.process(record);
      engine.process(record);
      if (reader.atBatchEnd()) flush();
    }
    engine.finish();
    tell(posture.report(), header, path);
    flush();
    add(total_, engine.summary());
    add(profile_, engine.profile());
    closeTrace(reader, path);
  }

  // Says what the trace itself admits to be missing.
  void closeTrace(const trace::Reader& reader, const std::string& path) {
    if (!sayWhetherWhole(reader, path)) unreadable_ = true;
    const std::string warning = warningAbout(path);
    const trace::ReadState& state = reader.state();
    if (state.unknownRecords != 0) {
      std::cerr << warning << state.unknownRecords
                << " records are of a kind that only a newer version knows\n";
      notSeen_ += state.unknownRecords;
    }
    if (reader.end() && reader.end()->undecodedEvents != 0) {
      std::cerr << warning << reader.end()->undecodedEvents
                << " events had an unexpected shape and were not recorded\n";
      notSeen_ += reader.end()->undecodedEvents;
    }
    if (reader.end() && reader.end()->reason == trace::EndReason::kDiskFull) {
      std::cerr << warning << diskFullText(*reader.end()) << '\n';
      ++notSeen_;
    }
  }

  void print(const Alert& alert, const Rendering& rendering, const std::string& path) {
    if (alert.severity < options_.minSeverity) return;
    // An empty line between alerts that are several lines each.
    if (printed_ && options_.format == Format::kText) buffer_ += '\n';
    printed_ = true;
    buffer_ += render(options_.format, alert, rendering);
    if (buffer_.size() >= kFlushBytes) flush();
    if (worst_.empty() || alert.severity > worstSeverity_) {
      worst_ = alert.id.substr(0, kShownId);
      worstSeverity_ = alert.severity;
      worstPath_ = path;
    }
  }

  void tell(const PostureReport& report, const trace::Header& header, const std::string& path) {
    if (options_.posture && options_.format == Format::kJson)
      buffer_ += toJsonLines(report, header);
    if (options_.traces.size() > 1) posture_ += trace::quoteForTerminal(path) + ": ";
    posture_ += toText(report);
  }

  bool profiled() const { return options_.profile || !options_.profileJson.empty(); }

  void tellProfile() const {
    const std::uint64_t totalNs = steadyNs() - startNs_;
    if (options_.profile) std::cerr << toText(profile_, total_, totalNs);
    if (options_.profileJson.empty()) return;
    std::ofstream file(options_.profileJson, std::ios::binary | std::ios::trunc);
    file << toJsonLine(profile_, total_, totalNs);
    file.flush();
    if (!file) {
      throw EnvironmentError(trace::quoteForTerminal(options_.profileJson) +
                             ": the profile could not be written; name a file that can be");
    }
  }

  // The file, and the recipes it was analysed with, as words of a command; empty if it cannot be
  // read again.
  std::string readAgain(const std::string& path) const {
    if (path == "-") return {};
    std::string words = trace::quoteForTerminal(path);
    for (const std::string& recipes : options_.recipes.paths) {
      words += " --recipes " + trace::quoteForTerminal(recipes);
    }
    for (const std::string& rules : options_.recipes.rules) {
      words += " --rules " + trace::quoteForTerminal(rules);
    }
    if (!options_.recipes.workloads.empty()) {
      words += " --workloads " + trace::quoteForTerminal(options_.recipes.workloads);
    }
    if (options_.recipes.globs == KubeArmorGlobs::kTelemetry) {
      words += " --kubearmor-globs telemetry";
    }
    return words + (options_.recipes.builtin ? "" : " --no-builtin");
  }

  std::string nextCommand() const {
    if (!worst_.empty() && worstPath_ != "-") {
      return "exectrail recipes explain " + worst_ + " " + readAgain(worstPath_);
    }
    const bool found = alertsFrom(Severity::kInfo) != 0 || inconclusiveCount(total_) != 0;
    if (!found || options_.traces.size() != 1 || options_.traces.front() == "-") return {};
    return "exectrail trace dump " + trace::quoteForTerminal(options_.traces.front());
  }

  void flush() {
    if (buffer_.empty()) return;
    output_.write(buffer_);
    buffer_.clear();
  }

  std::uint64_t alertsFrom(Severity severity) const {
    std::uint64_t count = 0;
    for (auto i = static_cast<std::size_t>(severity); i < kSeverityNames.size(); ++i) {
      count += total_.alertsBySeverity.at(i);
    }
    return count;
  }

  bool failed() const {
    if (!options_.failOn) return false;
    if (alertsFrom(*options_.failOn) != 0) return true;
    return !options_.allowInconclusive &&
           (inconclusiveCount(total_) != 0 || total_.gaps != 0 || notSeen_ != 0);
  }

  const AnalyzeOptions& options_;
  const Program& program_;
  const Baseline* baseline_;
  bool colour_;
  AlertOutput output_;
  std::string buffer_;
  bool printed_ = false;
  std::string worst_;  // beginning of the id of the first of the worst alerts printed
  Severity worstSeverity_ = Severity::kInfo;
  std::string worstPath_;
  std::string posture_;
  bool opened_ = false;
  bool unreadable_ = false;
  std::uint64_t notSeen_ = 0;
  Summary total_;
  Profile profile_;
  const std::uint64_t startNs_ = steadyNs();
};

}  // namespace

std::shared_ptr<const Program> loadWithInputs(const AnalyzeOptions& options, Baseline& baseline,
                                              RulesInUse& rules) {
  std::shared_ptr<const Program> program = loadProgram(options.recipes, &rules);
  if (!program) return nullptr;
  if (!options.context.empty()) program = program->withInput("context", options.context);
  if (options.baseline.empty()) return program;
  const std::string text = readWhole(options.baseline);
  baseline = parseBaseline(options.baseline, text);
  return program->withInput("baseline", text);
}

int analyze(const AnalyzeOptions& options) {
  if (!options.where.empty() || !options.noexec.empty()) {
    const auto sandbox = confine(options);
    return options.where.empty() ? whatIf(options) : listWhere(options);
  }
  Baseline baseline;
  RulesInUse rules;
  const auto program = loadWithInputs(options, baseline, rules);
  if (!program) return kExitUsage;
  if (options.checkConfig) return kExitDone;
  const Baseline* usual = options.baseline.empty() ? nullptr : &baseline;
  const auto sandbox = confine(options);
  if (options.folder) {
    return analyzeFolder(options, program, usual, std::move(rules), sandbox ? &*sandbox : nullptr);
  }
  return Analysis(options, *program, usual).run();
}

}  // namespace exectrail::analyzer
