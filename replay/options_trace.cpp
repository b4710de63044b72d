// What makes traces of traces: minimize, sanitize and play.
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

Word addMinimize(CLI::App& app) {
  const auto options = std::make_shared<MinimizeOptions>();
  CLI::App* const minimize =
      app.add_subcommand("minimize", "The smallest trace that still gives an alert");
  minimize->add_option("TRACE", options->trace, "A file")->required();
  minimize->add_option("--alert", options->alert, "Its id, or the beginning of it")
      ->type_name("ID");
  minimize->add_option("-o,--output", options->output, "The new trace; must not exist")
      ->type_name("FILE")
      ->required();
  minimize->add_flag("--keep-lineage", options->keepLineage,
                     "Keep all processes that the alert names above it");
  addRecipeOptions(*minimize, options->recipes);
  minimize->footer(
      "Examples:\n"
      "  exectrail replay minimize host7.trail --alert 3f9c1a7e0b52 -o fixture.trail\n"
      "  exectrail replay minimize build.trail -o fixture.trail --keep-lineage\n\n"
      "The alert stays what it is: id, severity, class, reasons, what is unknown, the gaps it\n"
      "names. --alert may be left out if the trace gives one alert only.\n\n"
      "Exit status: 0 done, 2 usage or recipe error, or no such alert, 3 environment or I/O\n"
      "error.");
  return {minimize, [options] { return minimizeCommand(*options, std::cout, std::cerr); }};
}

Word addSanitize(CLI::App& app) {
  const auto options = std::make_shared<SanitizeOptions>();
  CLI::App* const sanitize =
      app.add_subcommand("sanitize", "Pseudonyms for people, hosts, their files and arguments");
  sanitize->add_option("TRACE", options->trace, "A file")->required();
  sanitize->add_option("-o,--output", options->output, "The new trace; must not exist")
      ->type_name("FILE")
      ->required();
  sanitize->add_option("--keep", options->keep, "A word that stays; repeatable")
      ->type_name("WORD")
      ->allow_extra_args(false);
  addRecipeOptions(*sanitize, options->recipes);
  sanitize->footer(
      "Examples:\n"
      "  exectrail replay sanitize host7.trail -o public.trail\n"
      "  exectrail replay sanitize host7.trail -o public.trail --recipes site.yaml --keep nc\n\n"
      "Writes only if the alerts of the recipes stay what they are. Process numbers, times, the\n"
      "boot id, user numbers, hashes of files and versions stay: read the result before you give\n"
      "it away.\n\n"
      "Exit status: 0 done, 1 the alerts would change, 2 usage or recipe error, 3 environment or\n"
      "I/O error.");
  return {sanitize, [options] { return sanitizeCommand(*options, std::cout, std::cerr); }};
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
