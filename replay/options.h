// The command line of exectrail-replay: each word of it adds itself to the program's and says what
// to run once it was chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "replay/commands/commands.h"

namespace exectrail::replay {

struct Word {
  CLI::App* app = nullptr;
  std::function<int()>
      run;  // returns the exit code; throws CLI::ParseError if something is missing
};

Word addRun(CLI::App& app);
Word addList(CLI::App& app);
Word addCompare(CLI::App& app);
Word addCoverage(CLI::App& app);
Word addMutate(CLI::App& app);
Word addBless(CLI::App& app);
Word addMinimize(CLI::App& app);
Word addSanitize(CLI::App& app);
Word addPlay(CLI::App& app);
Word addVerifyStream(CLI::App& app);
Word addLive(CLI::App& app);
Word addSandbox(CLI::App& app);  // record-live's own, not for people
Word addResume(CLI::App& app);   // likewise

inline constexpr const char* kExitCodes =
    "Exit status: 0 all passed, 1 a verdict failed or is inconclusive, 2 usage, scenario or\n"
    "recipe error, 3 environment or I/O error.";

inline void addRecipeOptions(CLI::App& command, RecipeOptions& options) {
  command
      .add_option("--recipes", options.paths,
                  "Recipe file or folder; adds to the shipped ones; repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false);  // what follows is a scenario
  command
      .add_option("--rules", options.rules,
                  "File or folder of rules of Sigma, KubeArmor or Falco; repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false);
  command.add_flag("--no-builtin", options.noBuiltin, "Leave the shipped recipes out");
}

inline void addJobs(CLI::App& command, unsigned& jobs) {
  jobs = std::max(1U, std::thread::hardware_concurrency());
  command.add_option("-j,--jobs", jobs, "Threads; the result does not depend on them")
      ->check(CLI::Range(1, 256))
      ->option_text("N [one for each processor]");
}

// A choice among words, whose texts stand in the help.
inline CLI::Option* addChoice(CLI::App& command, const std::string& option, std::string& value,
                              const std::string& help, const std::vector<std::string>& choices) {
  std::string all;
  for (const std::string& choice : choices) all += (all.empty() ? "" : "|") + choice;
  return command.add_option(option, value, help)
      ->check(CLI::IsMember(choices).description(""))
      ->option_text(all + " [" + value + "]");
}

}  // namespace exectrail::replay
