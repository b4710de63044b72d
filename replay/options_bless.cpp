// bless.
#include <iostream>
#include <memory>

#include "replay/options.h"

namespace exectrail::replay {

Word addBless(CLI::App& app) {
  const auto options = std::make_shared<BlessOptions>();
  CLI::App* const bless =
      app.add_subcommand("bless", "Make scenarios expect what now comes, after showing the change");
  options->paths = {kDefaultCorpus};
  bless->add_option("PATH", options->paths, "Scenario or folder of scenarios")
      ->option_text("... [corpus]");
  bless->add_flag("--yes", options->yes,
                  "Change the files; without it, only say what would change");
  addRecipeOptions(*bless, options->recipes);
  bless->footer(
      "Examples:\n"
      "  exectrail replay bless corpus/attack/web-shell-drops-to-tmp\n"
      "  exectrail replay bless --yes && git diff corpus\n\n"
      "Counts, severities and entries of `fire` change; comments and all else stay. A scenario "
      "that\n"
      "would not pass even then is left alone. Refuses where the environment says CI.\n\n"
      "Exit status: 0 nothing to change, or changed, 1 something would change or has to be done "
      "by\n"
      "hand, 2 usage, scenario or recipe error, 3 environment or I/O error.");
  return {bless, [options] { return blessCommand(*options, std::cout, std::cerr); }};
}

}  // namespace exectrail::replay
