// exectrail-analyze: applies detection recipes to traces. Needs no privilege.
#include <csignal>
#include <exception>
#include <iostream>
#include <string_view>

#include "analyzer/commands.h"
#include "trace/errors.h"
#include "trace/failure.h"
#include "trace/writer.h"

namespace {

namespace analyzer = exectrail::analyzer;

int run(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "recipes") {
    const auto parsed = analyzer::parseRecipes(argc, argv);
    return parsed.exitStatus ? *parsed.exitStatus : analyzer::recipes(parsed.options);
  }
  if (argc > 1 && std::string_view(argv[1]) == "rules") {
    const auto parsed = analyzer::parseRules(argc, argv);
    return parsed.exitStatus ? *parsed.exitStatus : analyzer::checkRules(parsed.options);
  }
  if (argc > 1 && std::string_view(argv[1]) == "baseline") {
    const auto parsed = analyzer::parseBaselineOptions(argc, argv);
    return parsed.exitStatus ? *parsed.exitStatus : analyzer::baseline(parsed.options);
  }
  if (argc > 1 && std::string_view(argv[1]) == "status") {
    const auto parsed = analyzer::parseStatus(argc, argv);
    return parsed.exitStatus ? *parsed.exitStatus : analyzer::status(parsed.options);
  }
  if (argc > 1 && std::string_view(argv[1]) == "top") {
    const auto parsed = analyzer::parseTop(argc, argv);
    return parsed.exitStatus ? *parsed.exitStatus : analyzer::top(parsed.options);
  }
  const auto parsed = analyzer::parseAnalyze(argc, argv);
  return parsed.exitStatus ? *parsed.exitStatus : analyzer::analyze(parsed.options);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is seen when writing
  try {
    return run(argc, argv);
  } catch (const exectrail::trace::ReaderGone&) {
    return exectrail::kExitDone;  // of what was read by then, nothing was asked but its text
  } catch (const std::exception& error) {
    std::cerr << "exectrail: " << exectrail::describeFailure(error) << '\n';
    return exectrail::kExitEnvironment;
  }
}
