// run --inject-loss.
#include <nlohmann/json.hpp>
#include <ostream>

#include "replay/commands/commands.h"
#include "replay/mutation/injection.h"
#include "replay/report/report.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

std::string rerun(const Lie& lie, const std::string& options) {
  Result result;
  result.recording = lie.recording;
  std::string text = rerunCommand(result, options);
  if (!lie.recording.variant.empty()) text += " --variant " + lie.recording.variant;
  return text + " --inject-loss 1 --seed " + std::to_string(lie.seed);
}

void printText(const InjectionReport& report, const std::string& options, std::ostream& out) {
  for (const Lie& lie : report.examples) {
    out << "LIE           " << lie.recording.name() << "\n    " << lie.alert << "\n";
    for (const std::string& change : lie.changes) out << "    differs   " << change << "\n";
    out << "    sure      it names no gap and nothing unknown"
        << (lie.early ? ": it was given before the loss was known\n" : "\n") << "    rerun     "
        << rerun(lie, options) << "\n";
  }
  if (report.lies > report.examples.size()) {
    out << "… and " << report.lies - report.examples.size() << " more\n";
  }
  out << report.injections << " injections, " << report.lostEvents << " events lost, "
      << report.vanished << " records more that could not be made without them";
  if (report.unreadable > 0) out << "; " << report.unreadable << " recordings cannot be read";
  out << "\nalerts: " << report.same << " as before, " << report.marked
      << " other ones that name what is missing, " << report.lies << " lies";
  if (report.early > 0) out << " (" << report.early << " given before the loss was known)";
  out << "\n"
      << "        " << report.gone << " gone with their event, " << report.undecided
      << " counted as undecided\n        not given, and only the trace's gap tells of it:";
  for (const auto& [recipe, count] : report.silent) out << " " << recipe << " " << count;
  out << (report.silent.empty() ? " none\n" : "\n");
}

void printJson(const InjectionReport& report, const std::string& options, std::ostream& out) {
  using Json = nlohmann::ordered_json;
  const auto print = [&](const Json& json) {
    out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
  };
  for (const Lie& lie : report.examples) {
    print({{"lie", lie.alert},
           {"scenario", lie.recording.scenario->name},
           {"variant", lie.recording.variant},
           {"seed", lie.seed},
           {"changes", lie.changes},
           {"before_the_loss_was_known", lie.early},
           {"rerun", rerun(lie, options)}});
  }
  print({{"totals",
          {{"injections", report.injections},
           {"unreadable", report.unreadable},
           {"lost_events", report.lostEvents},
           {"vanished_records", report.vanished},
           {"same", report.same},
           {"marked", report.marked},
           {"undecided", report.undecided},
           {"gone", report.gone},
           {"silent_beside_gap", report.silent},
           {"lies", report.lies},
           {"lies_before_the_loss_was_known", report.early}}}});
}

}  // namespace

int injectCommand(const analyzer::Program& program, const std::vector<Case>& cases,
                  const RunOptions& options, const std::string& rerunOptions, std::ostream& out,
                  std::ostream& errors) {
  if (options.format != ReportFormat::kText && options.format != ReportFormat::kJson) {
    errors << "exectrail-replay: --inject-loss reports as text or json only\n";
    return kExitUsage;
  }
  const InjectionReport report =
      injectLoss(program, cases, {options.injectLoss, options.seed, options.jobs});
  if (options.format == ReportFormat::kJson) {
    printJson(report, rerunOptions, out);
  } else {
    printText(report, rerunOptions, out);
  }
  return report.lies == 0 && report.unreadable == 0 ? kExitDone : kExitFound;
}

}  // namespace exectrail::replay
