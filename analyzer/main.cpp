// exectrail-analyze: applies detection recipes to traces. Needs no privilege.
#include <malloc.h>

#include <csignal>
#include <iostream>
#include <string_view>

#include "analyzer/commands.h"
#include "trace/errors.h"
#include "trace/writer.h"

namespace {

namespace analyzer = exectrail::analyzer;

constexpr int kKeptBytes = 4 << 20;

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
  // What an alert took is given back to the heap, not to the kernel: the next one would fault it in
  // again, page by page, between an execution and its alert.
  ::mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is seen when writing
  try {
    return run(argc, argv);
  } catch (const exectrail::trace::ReaderGone&) {
    return exectrail::kExitDone;
  } catch (const exectrail::EnvironmentError& error) {
    std::cerr << "exectrail: " << error.what() << '\n';
    return exectrail::kExitEnvironment;
  }
}
