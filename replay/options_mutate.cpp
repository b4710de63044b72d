// mutate and play.
#include <charconv>
#include <iostream>
#include <memory>

#include "replay/options.h"

namespace exectrail::replay {
namespace {

// "2x", "0.5x", "max".
double speedNamed(const std::string& word) {
  if (word == "max") return 0;
  double speed = 0;
  const char* const end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data(), end, speed);
  const bool unit = rest == end || (rest + 1 == end && *rest == 'x');
  if (error != std::errc() || !unit || !(speed >= 0.001 && speed <= 1e6)) {
    throw CLI::ValidationError("--speed", "'" + word + "' is neither max nor a number such as 10x");
  }
  return speed;
}

}  // namespace

Word addMutate(CLI::App& app) {
  struct Words {
    MutateOptions options;
    std::string format = "text";
    bool noEntries = false;
  };
  const auto words = std::make_shared<Words>();
  MutateOptions& options = words->options;
  CLI::App* const mutate =
      app.add_subcommand("mutate", "Changes of recipes that no scenario notices");
  mutate->add_option("PATH", options.paths, "Scenario or folder of scenarios")
      ->option_text("... [corpus]");
  mutate->add_option("--recipe", options.only, "Only this one; repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
  mutate->add_flag("--no-entries", words->noEntries,
                   "Leave out the entries of lists and classes, one by one");
  mutate
      ->add_option("--fail-below", options.failBelow,
                   "Exit with 1 if less of the clauses' mutants are killed, in per cent")
      ->check(CLI::Range(0, 100))
      ->option_text("N [0]");
  addRecipeOptions(*mutate, options.recipes);
  addJobs(*mutate, options.jobs);
  addChoice(*mutate, "--format", words->format, "For people, or one object a line",
            {"text", "json"});
  mutate->add_flag("-v,--verbose", options.verbose, "Name surviving list entries as well");
  mutate->footer(
      "Examples:\n"
      "  exectrail replay mutate\n"
      "  exectrail replay mutate --recipe exec_from_unusual_dir -v\n"
      "  exectrail replay mutate --no-entries --fail-below 80\n\n"
      "A mutant is a recipe with one clause, severity, number or list entry changed. It is killed\n"
      "if a scenario that passed no longer does; one that survives is not tested.\n\n"
      "Exit status: 0 done, 1 below --fail-below, 2 usage, scenario or recipe error, 3\n"
      "environment or I/O error.");
  return {mutate, [words] {
            if (words->format == "json") words->options.format = ReportFormat::kJson;
            words->options.entries = !words->noEntries;
            return mutateCommand(words->options, std::cout, std::cerr);
          }};
}

Word addPlay(CLI::App& app) {
  struct Words {
    PlayOptions options;
    std::string speed = "1x";
  };
  const auto words = std::make_shared<Words>();
  CLI::App* const play =
      app.add_subcommand("play", "Write a trace as it once came, in its own time");
  play->add_option("TRACE", words->options.trace, "A file")->required();
  play->add_option("--speed", words->speed, "Times as fast as it was, or as fast as can be")
      ->option_text("1x|10x|…|max [1x]");
  play->add_option("-o,--output", words->options.output, "A new file, or - for standard output")
      ->option_text("FILE [-]");
  play->footer(
      "Examples:\n"
      "  exectrail replay play host7.trail | exectrail analyze -\n"
      "  exectrail replay play --speed max host7.trail | exectrail analyze -\n"
      "  exectrail replay play --speed 10x host7.trail -o watched/host7.trail\n\n"
      "Times in the records stay what they were.\n\n"
      "Exit status: 0 done, 2 usage error, 3 environment or I/O error, or the trace is not whole.");
  return {play, [words] {
            words->options.speed = speedNamed(words->speed);
            return playCommand(words->options, std::cerr);
          }};
}

}  // namespace exectrail::replay
