// run and list.
#include <iostream>
#include <memory>

#include "replay/options.h"

namespace exectrail::replay {
namespace {

ReportFormat formatNamed(const std::string& word) {
  if (word == "json") return ReportFormat::kJson;
  if (word == "junit") return ReportFormat::kJUnit;
  return word == "markdown" ? ReportFormat::kMarkdown : ReportFormat::kText;
}

Unexpected unexpectedNamed(const std::string& word) {
  if (word == "warn") return Unexpected::kWarn;
  return word == "ignore" ? Unexpected::kIgnore : Unexpected::kFail;
}

struct RunWords {
  RunOptions options;
  std::string format = "text";
  std::string unexpected = "fail";
};

void addFilter(CLI::App& command, Filter& filter) {
  const auto add = [&](const char* option, std::vector<std::string>& words, const char* help,
                       const char* type) {
    command.add_option(option, words, help)->type_name(type)->allow_extra_args(false);
  };
  add("--technique", filter.techniques, "Only scenarios of this one, T1204 or T1204.002", "ID");
  add("--recipe", filter.recipes, "Only scenarios that say something about it", "NAME");
  add("--tag", filter.tags, "Only scenarios with it; these three are repeatable", "WORD");
}

}  // namespace

Word addRun(CLI::App& app) {
  const auto words = std::make_shared<RunWords>();
  RunOptions& options = words->options;
  CLI::App* const run = app.add_subcommand("run", "Replay recordings and judge what fires");
  options.paths = {kDefaultCorpus};
  run->add_option("PATH", options.paths, "Scenario or folder of scenarios")
      ->option_text("... [corpus]");
  addFilter(*run, options.filter);
  run->add_option("--variant", options.variant, "Only recordings of this variant")
      ->type_name("NAME");
  addRecipeOptions(*run, options.recipes);
  addJobs(*run, options.jobs);
  addChoice(*run, "--format", words->format, "For people, programs, CI servers, pull requests",
            {"text", "json", "junit", "markdown"});
  addChoice(*run, "--unexpected", words->unexpected, "What alerts are that no scenario expects",
            {"fail", "warn", "ignore"});
  run->add_flag("-v,--verbose", options.verbose, "Show what passed as well");
  run->add_option("--inject-loss", options.injectLoss,
                  "Instead: lose events at random places, so many times, and look for lies")
      ->check(CLI::Range(1, 100'000'000))
      ->option_text("N");
  run->add_option("--seed", options.seed, "Of the random places")->option_text("S [1]");
  run->footer(
      std::string("Examples:\n"
                  "  exectrail replay run\n"
                  "  exectrail replay run corpus/benign --recipes site.yaml\n"
                  "  exectrail replay run --technique T1204 --tag web\n"
                  "  exectrail replay run --format junit > replay.xml\n"
                  "  exectrail replay run --format markdown --unexpected warn\n"
                  "  exectrail replay run --inject-loss 10000 --seed 7\n\n"
                  "When a whole corpus runs (a folder with attack/ and benign/), each recipe\n"
                  "must fire in one scenario and stay silent in a benign one. An alert\n"
                  "lies if losing events changes it, and it names neither the gap nor what\n"
                  "it does not know; one lie exits with 1.\n\n") +
      kExitCodes);
  return {run, [words] {
            words->options.format = formatNamed(words->format);
            words->options.unexpected = unexpectedNamed(words->unexpected);
            return runCommand(words->options, std::cout, std::cerr);
          }};
}

Word addList(CLI::App& app) {
  const auto paths = std::make_shared<std::vector<std::string>>(1, kDefaultCorpus);
  CLI::App* const list = app.add_subcommand("list", "Scenarios, one a line");
  list->add_option("PATH", *paths, "Scenario or folder of scenarios")->option_text("... [corpus]");
  list->footer("Examples:\n  exectrail replay list\n  exectrail replay list corpus/evasion");
  return {list, [paths] { return listCommand(*paths, std::cout, std::cerr); }};
}

}  // namespace exectrail::replay
