// exectrail-replay: the corpus against the recipes. This file finds the word that was given and
// maps what went wrong to exit codes; options_*.cpp have the words.
#include <exception>
#include <iostream>

#include "replay/options.h"
#include "trace/errors.h"
#include "trace/failure.h"
#include "trace/usage_error.h"

namespace {

using namespace exectrail;
using namespace exectrail::replay;

constexpr const char* kFooter =
    "Examples:\n"
    "  exectrail replay run                                    all of corpus/\n"
    "  exectrail replay run corpus/evasion -v                  one category, passes shown\n"
    "  exectrail replay run corpus/ --recipes mine.yaml        with a recipe of yours beside ours\n"
    "  exectrail replay diff HEAD~1:analyzer/recipes analyzer/recipes corpus\n"
    "  exectrail replay coverage --format html > coverage.html\n"
    "  exectrail replay minimize host7.trail --alert 3f9c1a7e0b52 -o fixture.trail\n"
    "  sudo exectrail replay record-live corpus/attack/web-shell-drops-to-tmp";

int run(int argc, char** argv) {
  CLI::App app(
      "Replays the corpus of recorded scenarios through the recipes and judges the result.",
      "exectrail replay");
  app.set_version_flag("--version", "exectrail-replay " EXECTRAIL_VERSION);
  app.require_subcommand(0, 1);  // 1 would hide the name of an unknown word
  app.footer(kFooter);
  const Word words[] = {addRun(app),    addList(app),         addCompare(app),  addCoverage(app),
                        addMutate(app), addBless(app),        addMinimize(app), addSanitize(app),
                        addPlay(app),   addVerifyStream(app), addLive(app),     addSandbox(app),
                        addResume(app)};
  int exitCode = kExitUsage;
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) {
      throw CLI::RequiredError(
          "a word: run, list, diff, coverage, mutate, bless, minimize, sanitize, play, "
          "verify-stream or record-live");
    }
    for (const Word& word : words) {
      if (word.app->parsed()) exitCode = word.run();
    }
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::cerr << "exectrail-replay: " << trace::usageError(error.what(), app.remaining(true))
              << "; see exectrail replay --help\n";
    return kExitUsage;
  }
  flushStandardOutput();
  return exitCode;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "exectrail-replay: " << describeFailure(error) << "\n";
  }
  return kExitEnvironment;
}
