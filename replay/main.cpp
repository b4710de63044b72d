// exectrail-replay: the corpus against the recipes. This file reads options and maps what went
// wrong to exit codes.
#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <iostream>

#include "replay/commands.h"
#include "replay/late_start.h"
#include "replay/sandbox.h"
#include "trace/errors.h"

namespace {

using namespace exectrail;
using namespace exectrail::replay;

constexpr const char* kExitCodes =
    "Exit status: 0 all passed, 1 a verdict failed or is inconclusive, 2 usage, scenario or\n"
    "recipe error, 3 environment or I/O error.";

constexpr const char* kFooter =
    "Examples:\n"
    "  exectrail replay run                                    all of corpus/\n"
    "  exectrail replay run corpus/evasion -v                  one category, passes shown\n"
    "  exectrail replay run corpus/ --recipes mine.yaml        with a recipe of yours beside ours\n"
    "  sudo exectrail replay record-live corpus/attack/web-shell-drops-to-tmp";

void addRecipeOptions(CLI::App& command, RecipeOptions& options) {
  command
      .add_option("--recipes", options.paths,
                  "Recipe file or folder; adds to the shipped ones; repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false);  // what follows is a scenario
  command.add_flag("--no-builtin", options.noBuiltin, "Leave the shipped recipes out");
}

struct Options {
  RunOptions run;
  std::string format = "text";
  std::vector<std::string> listPaths{kDefaultCorpus};
  LiveCommandOptions live;
  long liveTimeoutSeconds = 60;
  SandboxOptions sandbox;
  long sandboxTimeoutSeconds = 60;
  StoppedSandbox stopped;
};

CLI::App* addRun(CLI::App& app, Options& options) {
  CLI::App* const run = app.add_subcommand("run", "Replay recordings and judge what fires");
  options.run.paths = {kDefaultCorpus};
  run->add_option("PATH", options.run.paths, "Scenario or folder of scenarios")
      ->option_text("... [corpus]");
  addRecipeOptions(*run, options.run.recipes);
  run->add_option("--format", options.format, "For people, or one object a line")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->option_text("text|json [text]");
  run->add_flag("-v,--verbose", options.run.verbose, "Show what passed as well");
  run->footer(std::string("Examples:\n"
                          "  exectrail replay run\n"
                          "  exectrail replay run corpus/benign --recipes site.yaml\n\n") +
              kExitCodes);
  return run;
}

CLI::App* addList(CLI::App& app, Options& options) {
  CLI::App* const list = app.add_subcommand("list", "Scenarios, one a line");
  list->add_option("PATH", options.listPaths, "Scenario or folder of scenarios")
      ->option_text("... [corpus]");
  return list;
}

CLI::App* addLive(CLI::App& app, Options& options) {
  CLI::App* const live = app.add_subcommand(
      "record-live", "Run scenarios in a throw-away sandbox below the recorder (root)");
  CLI::Option* const path =
      live->add_option("SCENARIO_DIR", options.live.paths, "Scenario or folder of scenarios")
          ->option_text("...");
  live->add_flag("--all", options.live.all, "All of corpus/")->excludes(path)->option_text(" ");
  live->add_option("--variant", options.live.variant, "Only this variant")->type_name("NAME");
  live->add_option("--output-dir", options.live.outputDirectory,
                   "Write to DIR/CATEGORY/NAME instead of beside the scenario")
      ->type_name("DIR");
  live->add_option("--timeout", options.liveTimeoutSeconds, "Seconds that run.sh may take")
      ->check(CLI::Range(1, 3600))
      ->option_text("SECONDS [60]");
  addRecipeOptions(*live, options.live.recipes);
  live->footer(
      "Examples:\n"
      "  sudo exectrail replay record-live corpus/evasion/relative-path-from-tmp --variant bash\n"
      "  sudo exectrail replay record-live --all --output-dir /tmp/fresh\n\n"
      "Replaces trace.trail and trace.txt of the scenario, and prints the verdict on them.\n"
      "Nothing else on this host changes.");
  return live;
}

// Started by record-live below the recorder; not for people.
CLI::App* addSandbox(CLI::App& app, Options& options) {
  CLI::App* const sandbox = app.add_subcommand("sandbox", "Run one run.sh in the sandbox");
  sandbox->group("");
  sandbox->add_option("--timeout", options.sandboxTimeoutSeconds)->check(CLI::Range(1, 3600));
  sandbox->add_option("DIRECTORY", options.sandbox.scenarioDirectory)->required();
  sandbox->add_option("VARIANT", options.sandbox.variant);
  return sandbox;
}

// The recorder's COMMAND for a sandbox that was there first.
CLI::App* addResume(CLI::App& app, Options& options) {
  CLI::App* const resume = app.add_subcommand("resume", "Let a stopped run.sh go on");
  resume->group("");
  resume->add_option("INIT", options.stopped.init)->required();
  resume->add_option("SHELL", options.stopped.shell)->required();
  return resume;
}

int run(int argc, char** argv) {
  CLI::App app(
      "Replays the corpus of recorded scenarios through the recipes and judges the result.",
      "exectrail replay");
  app.set_version_flag("--version", "exectrail-replay " EXECTRAIL_VERSION);
  app.require_subcommand(0, 1);  // 1 would hide the name of an unknown word
  app.footer(kFooter);
  Options options;
  const CLI::App* const runWord = addRun(app, options);
  const CLI::App* const listWord = addList(app, options);
  const CLI::App* const liveWord = addLive(app, options);
  const CLI::App* const sandboxWord = addSandbox(app, options);
  const CLI::App* const resumeWord = addResume(app, options);
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) {
      throw CLI::RequiredError("a word: run, list or record-live");
    }
    if (liveWord->parsed() && !options.live.all && options.live.paths.empty()) {
      throw CLI::RequiredError("SCENARIO_DIR or --all");
    }
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::cerr << "exectrail-replay: " << error.what() << "; see exectrail replay --help\n";
    return kExitUsage;
  }
  if (options.format == "json") options.run.format = ReportFormat::kJson;
  if (sandboxWord->parsed()) {
    options.sandbox.timeout = std::chrono::seconds(options.sandboxTimeoutSeconds);
    return runInSandbox(options.sandbox);
  }
  if (resumeWord->parsed()) {
    resumeSandbox(options.stopped);
    return kExitDone;
  }
  int exitCode = kExitUsage;
  if (runWord->parsed()) {
    exitCode = runCommand(options.run, std::cout, std::cerr);
  } else if (listWord->parsed()) {
    exitCode = listCommand(options.listPaths, std::cout, std::cerr);
  } else if (liveWord->parsed()) {
    options.live.timeout = std::chrono::seconds(options.liveTimeoutSeconds);
    exitCode = recordLiveCommand(options.live, std::cout, std::cerr);
  }
  flushStandardOutput();
  return exitCode;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const EnvironmentError& error) {
    std::cerr << "exectrail-replay: " << error.what() << "\n";
  } catch (const std::exception& error) {
    std::cerr << "exectrail-replay: unexpected: " << error.what() << "\n";
  }
  return kExitEnvironment;
}
