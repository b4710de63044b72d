// sanitize.
#include "replay/traces/sanitize.h"

#include <filesystem>
#include <ostream>

#include "replay/commands/commands.h"
#include "replay/commands/workload.h"
#include "replay/report/report.h"
#include "replay/support/shell_word.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::replay {

int sanitizeCommand(const SanitizeOptions& options, std::ostream& out, std::ostream& errors) {
  constexpr std::size_t kShown = 20;
  if (std::filesystem::exists(options.output)) {
    throw EnvironmentError(options.output + " is there already; remove it first");
  }
  const std::shared_ptr<const analyzer::Program> program = loadProgram(options.recipes, errors);
  if (program == nullptr) return kExitUsage;
  const LoadedTrace trace(*trace::openTrace(options.trace), options.trace);
  if (trace.state().completeness != trace::Completeness::kComplete) {
    throw EnvironmentError(trace::quoteForTerminal(options.trace) +
                           " is not whole: " + trace::escapeForTerminal(trace.state().problem));
  }
  Pseudonyms names(options.keep);
  const Sanitized sanitized(trace, names);
  const std::vector<std::string> changed = alertsThatChanged(*program, trace, sanitized, names);
  if (!changed.empty()) {
    errors << "exectrail-replay: the alerts would not stay what they are; nothing was written\n";
    for (std::size_t i = 0; i < changed.size() && i < kShown; ++i) {
      errors << "    " << changed[i] << "\n";
    }
    if (changed.size() > kShown) errors << "    … and " << changed.size() - kShown << " more\n";
    errors << "help: --keep WORD lets a word stay that a recipe looks for\n";
    return kExitFound;
  }
  trace::End end = trace.end();
  writeTrace(options.output, sanitized.header(), sanitized.records(), end);
  out << options.output << ": " << sanitized.records().size() << " records, " << names.size()
      << " names replaced, the same alerts\n"
      << "read it     exectrail trace dump " << shellWord(options.output)
      << "   before you give it away\n";
  return kExitDone;
}

}  // namespace exectrail::replay
