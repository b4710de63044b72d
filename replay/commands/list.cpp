// list.
#include <algorithm>
#include <iomanip>
#include <ostream>

#include "replay/commands/commands.h"
#include "replay/scenario/corpus.h"
#include "replay/scenario/scenario_parser.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

int listCommand(const std::vector<std::string>& paths, std::ostream& out, std::ostream& errors) {
  analyzer::Diagnostics diagnostics;
  const Corpus corpus = loadCorpus(paths, diagnostics);
  if (!diagnostics.empty()) {
    errors << formatErrors(diagnostics);
    return kExitUsage;
  }
  std::size_t nameWidth = 0;
  std::size_t attackWidth = 0;
  for (const auto& scenario : corpus) {
    nameWidth = std::max(nameWidth, scenario->name.size());
    attackWidth = std::max(attackWidth, joined(scenario->attack).size());
  }
  for (const auto& scenario : corpus) {
    out << std::left << std::setw(static_cast<int>(nameWidth + 2)) << scenario->name
        << std::setw(static_cast<int>(attackWidth + 2)) << joined(scenario->attack)
        << scenario->story;
    if (!scenario->variants.empty()) out << " [" << joined(scenario->variants) << "]";
    out << "\n";
  }
  return kExitDone;
}

}  // namespace exectrail::replay
