#include "analyzer/options_parsing.h"

#include <algorithm>
#include <iostream>
#include <vector>

#include "trace/daemon/configuration.h"
#include "trace/errors.h"
#include "trace/usage_error.h"

namespace exectrail::analyzer {

// CLI11's own texts are fine, but every program of ours begins an error in the same way.
int refuse(const CLI::App& app, const std::string& why) {
  std::cerr << "exectrail: " << why << "\nRun `" << app.get_name() << " --help` for usage.\n";
  return kExitUsage;
}

namespace {

std::optional<int> parseWords(CLI::App& app, std::vector<std::string> words) {
  try {
    std::reverse(words.begin(), words.end());  // as CLI11 wants a vector
    app.parse(words);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0)
      return refuse(app, trace::usageError(error.what(), app.remaining(true)));
    app.exit(error);  // help or version
    return kExitDone;
  }
}

}  // namespace

std::optional<int> parse(CLI::App& app, int argc, const char* const* argv) {
  return parseWords(app, {argv + 1, argv + argc});
}

std::optional<int> parseConfigured(CLI::App& app, int argc, const char* const* argv) {
  try {
    return parseWords(app, trace::withConfiguration({argv + 1, argv + argc}));
  } catch (const trace::ConfigurationError& error) {
    return refuse(app, error.what());
  }
}

}  // namespace exectrail::analyzer
