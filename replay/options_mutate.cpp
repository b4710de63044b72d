// mutate.
#include <iostream>
#include <memory>

#include "replay/options.h"

namespace exectrail::replay {

Word addMutate(CLI::App& app) {
  struct Words {
    MutateOptions options;
    std::string format = "text";
    bool noEntries = false;
    bool noCorpus = false;
    bool noGenerated = false;
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
  mutate->add_flag("--attacks", options.attacks,
                   "Run disguises of what recipes are to catch, and record them (root)");
  mutate->add_flag("--no-entries", words->noEntries,
                   "Leave out the entries of lists and classes, one by one");
  mutate->add_flag("--no-corpus", words->noCorpus, "Ask generated traces only: faster")
      ->excludes(mutate->add_flag("--no-generated", words->noGenerated, "Ask the corpus only"));
  mutate->add_option("--keep-generated", options.keep, "Write generated traces to a new folder")
      ->type_name("FOLDER");
  mutate
      ->add_option(
          "--fail-below", options.failBelow,
          "Exit with 1 if less of the mutants of clauses, or of entries, are killed, in per cent")
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
      "  exectrail replay mutate --no-entries --fail-below 80\n"
      "  sudo exectrail replay mutate --attacks --recipe exec_from_unusual_dir\n\n"
      "A mutant is a recipe with one clause, severity, number or list entry changed. It is killed\n"
      "if a scenario that passed no longer does, or if it says something else of a trace that was\n"
      "made up from the recipe as it is. One that survives is not tested; the reason is named.\n\n"
      "Exit status: 0 done, 1 below --fail-below, 2 usage, scenario or recipe error, 3\n"
      "environment or I/O error.");
  return {mutate, [words] {
            if (words->format == "json") words->options.format = ReportFormat::kJson;
            words->options.entries = !words->noEntries;
            words->options.corpus = !words->noCorpus;
            words->options.generated = !words->noGenerated;
            const auto command = words->options.attacks ? attacksCommand : mutateCommand;
            return command(words->options, std::cout, std::cerr);
          }};
}

}  // namespace exectrail::replay
