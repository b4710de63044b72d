// verify-stream on the command line.
#include <iostream>
#include <memory>

#include "replay/options.h"

namespace exectrail::replay {

Word addVerifyStream(CLI::App& app) {
  const auto options = std::make_shared<VerifyStreamOptions>();
  CLI::App* const verify =
      app.add_subcommand("verify-stream", "Streaming gives the alerts that the file gives");
  verify->add_option("TRACE", options->trace, "A file, or a folder of segments")->required();
  verify->add_option("--rounds", options->rounds, "Each in its own way")
      ->check(CLI::Range(1U, 100000U))
      ->option_text("N [5]");
  verify->add_option("--seed", options->seed, "Of what is random in it")->option_text("N [1]");
  addRecipeOptions(*verify, options->recipes);
  verify->footer(
      "Examples:\n"
      "  exectrail replay verify-stream host7.trail\n"
      "  exectrail replay verify-stream --rounds 100 /var/lib/exectrail/trail\n\n"
      "Reads the trace as a pipe brings it, in pieces of any size; in batches of any size; and as\n"
      "a folder that grows, with a reader that is stopped and killed again and again. The alerts\n"
      "must be those of one run over the file, byte for byte.\n\n"
      "Exit status: 0 they are, 1 they are not, 2 usage or recipe error, 3 environment or I/O\n"
      "error, or the trace is not whole.");
  return {verify, [options] { return verifyStreamCommand(*options, std::cout, std::cerr); }};
}

}  // namespace exectrail::replay
