// record-live, and the two words by which it starts itself inside the sandbox.
#include <iostream>
#include <memory>

#include "replay/live/late_start.h"
#include "replay/live/sandbox.h"
#include "replay/options.h"
#include "trace/errors.h"

namespace exectrail::replay {

Word addLive(CLI::App& app) {
  struct Words {
    LiveCommandOptions options;
    long timeoutSeconds = 60;
  };
  const auto words = std::make_shared<Words>();
  LiveCommandOptions& options = words->options;
  CLI::App* const live = app.add_subcommand(
      "record-live", "Run scenarios in a throw-away sandbox below the recorder (root)");
  CLI::Option* const path =
      live->add_option("SCENARIO_DIR", options.paths, "Scenario or folder of scenarios")
          ->option_text("...");
  live->add_flag("--all", options.all, "All of corpus/")->excludes(path)->option_text(" ");
  live->add_option("--variant", options.variant, "Only this variant")->type_name("NAME");
  live->add_option("--output-dir", options.outputDirectory,
                   "Write to DIR/CATEGORY/NAME instead of beside the scenario")
      ->type_name("DIR");
  live->add_option("--timeout", words->timeoutSeconds, "Seconds that run.sh may take")
      ->check(CLI::Range(1, 3600))
      ->option_text("SECONDS [60]");
  addRecipeOptions(*live, options.recipes);
  live->footer(
      "Examples:\n"
      "  sudo exectrail replay record-live corpus/evasion/relative-path-from-tmp --variant bash\n"
      "  sudo exectrail replay record-live --all --output-dir /tmp/fresh\n\n"
      "Replaces trace.trail and trace.txt of the scenario, and prints the verdict on them.\n"
      "Nothing else on this host changes.");
  return {live, [words] {
            LiveCommandOptions& given = words->options;
            if (!given.all && given.paths.empty()) {
              throw CLI::RequiredError("SCENARIO_DIR or --all");
            }
            given.timeout = std::chrono::seconds(words->timeoutSeconds);
            return recordLiveCommand(given, std::cout, std::cerr);
          }};
}

// Started by record-live below the recorder; not for people.
Word addSandbox(CLI::App& app) {
  struct Words {
    SandboxOptions options;
    long timeoutSeconds = 60;
  };
  const auto words = std::make_shared<Words>();
  CLI::App* const sandbox = app.add_subcommand("sandbox", "Run one run.sh in the sandbox");
  sandbox->group("");
  sandbox->add_option("--timeout", words->timeoutSeconds)->check(CLI::Range(1, 3600));
  sandbox->add_option("DIRECTORY", words->options.scenarioDirectory)->required();
  sandbox->add_option("VARIANT", words->options.variant);
  return {sandbox, [words] {
            words->options.timeout = std::chrono::seconds(words->timeoutSeconds);
            return runInSandbox(words->options);
          }};
}

// The recorder's COMMAND for a sandbox that was there first.
Word addResume(CLI::App& app) {
  const auto stopped = std::make_shared<StoppedSandbox>();
  CLI::App* const resume = app.add_subcommand("resume", "Let a stopped run.sh go on");
  resume->group("");
  resume->add_option("INIT", stopped->init)->required();
  resume->add_option("SHELL", stopped->shell)->required();
  return {resume, [stopped]() -> int {
            resumeSandbox(*stopped);
            return kExitDone;
          }};
}

}  // namespace exectrail::replay
