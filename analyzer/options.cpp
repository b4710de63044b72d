#include "analyzer/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "analyzer/follow/folder_watch.h"
#include "trace/daemon/configuration.h"
#include "trace/errors.h"

namespace exectrail::analyzer {
namespace {

constexpr const char* kAnalyzeFooter =
    "Examples:\n"
    "  exectrail analyze host7.trail\n"
    "  exectrail analyze --fail-on high build.trail\n"
    "  exectrail analyze --format json *.trail > alerts.ndjson\n"
    "  sudo exectrail record -o - | exectrail analyze -\n"
    "  exectrail analyze --follow --checkpoint c.json --output alerts.ndjson "
    "/var/lib/exectrail/trail\n"
    "  exectrail analyze --recipes site.yaml --min-severity medium host7.trail\n\n"
    "Alerts go to standard output, the account of the analysis to standard error. Alerts below\n"
    "--min-severity are counted and not printed; exempted ones have severity info.\n\n"
    "Exit status: 0 done, 1 --fail-on found something, 2 usage or recipe error, 3 a trace cannot\n"
    "be read to its end.";

constexpr const char* kRecipesFooter =
    "Examples:\n"
    "  exectrail recipes list\n"
    "  exectrail recipes check site.yaml\n"
    "  exectrail recipes check --no-builtin analyzer/recipes\n"
    "  exectrail recipes explain 3f9c1a7e0b52 host7.trail\n"
    "  exectrail recipes explain exec_from_unusual_dir host7.trail 2292\n\n"
    "Exit status: 0 sound, 2 usage or recipe error, 3 the recipes cannot be read.";

const std::vector<std::string> kSeverities(kSeverityNames.begin(), kSeverityNames.end());

// CLI11's own texts are fine, but every program of ours begins an error in the same way.
int refuse(const CLI::App& app, const std::string& why) {
  std::cerr << "exectrail: " << why << "\nRun `" << app.get_name() << " --help` for usage.\n";
  return kExitUsage;
}

// The exit status if parsing ends the program. What must be there is asked for afterwards, so that
// a wrong option is what an author hears about first.
std::optional<int> parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return refuse(app, error.what());
    app.exit(error);  // help or version
    return kExitDone;
  }
}

void addBuiltin(CLI::App& app, RecipeOptions& recipes) {
  app.add_flag_callback(
      "--no-builtin", [&recipes] { recipes.builtin = false; },
      "Leave out the recipes shipped with Exectrail");
}

void addRecipes(CLI::App& app, RecipeOptions& recipes) {
  app.add_option("--recipes", recipes.paths, "Recipe file or folder, besides the shipped ones")
      ->type_name("PATH")
      ->allow_extra_args(false);
  addBuiltin(app, recipes);
}

CLI::Option* addChoice(CLI::App& app, const std::string& option, std::string& value,
                       const std::string& help, const std::vector<std::string>& choices) {
  std::string all;
  for (const std::string& choice : choices) all += (all.empty() ? "" : "|") + choice;
  // Choices stand in the text: CLI11 would put them into a column of their own width.
  return app.add_option(option, value, help + ": " + all)
      ->check(CLI::IsMember(choices).description(""))
      ->type_name("WORD");
}

// As parse(), with options from a file.
std::optional<int> parseConfigured(CLI::App& app, int argc, const char* const* argv) {
  try {
    std::vector<std::string> words = trace::withConfiguration({argv + 1, argv + argc});
    std::reverse(words.begin(), words.end());  // as CLI11 wants a vector
    app.parse(words);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return refuse(app, error.what());
    app.exit(error);
    return kExitDone;
  } catch (const trace::ConfigurationError& error) {
    return refuse(app, error.what());
  }
}

void addStreaming(CLI::App& app, AnalyzeOptions& options) {
  app.add_flag("--follow", options.follow,
               "Of a folder: when all has been read, wait for what the recorder writes");
  app.add_option("--checkpoint", options.checkpoint,
                 "Of a folder: keep here how far it was read, and go on there the next time")
      ->type_name("FILE");
  app.add_option("--output", options.output,
                 "Of a folder: add alerts to this file; with --checkpoint, each exactly once")
      ->type_name("FILE");
  app.add_option("--operations", options.operations,
                 "Of a folder: add alerts about the watching itself, such as gaps, to this file")
      ->type_name("FILE");
  app.add_option_function<std::vector<std::string>>(
         "--sink",
         [&options](const std::vector<std::string>& texts) {
           for (const std::string& text : texts) {
             try {
               options.sinks.push_back(parseSink(text));
             } catch (const std::invalid_argument& error) {
               throw CLI::ValidationError("--sink", error.what());
             }
           }
         },
         "With --follow: send alerts there as well: syslog:PATH or unix:PATH of a socket, and then "
         ",min=SEVERITY and ,redact=no")
      ->type_name("SINK")
      ->allow_extra_args(false);
  app.add_option("--metrics", options.metrics,
                 "With --follow: tell figures, as Prometheus reads them, on this unix socket")
      ->type_name("SOCKET");
  app.add_option_function<std::string>(
         "--folder",
         [&options](const std::string& path) {
           options.traces.push_back(path);
           options.folder = true;
         },
         "A folder of segments, as FILE; for --config")
      ->type_name("DIR");
  // withConfiguration() has replaced it; here it is for --help.
  app.add_option_function<std::string>(
         "--config", [](const std::string&) {},
         "Options from a file, as \"name: value\"; those that are typed count instead")
      ->type_name("FILE");
  app.add_flag("--check-config", options.checkConfig,
               "Analyse nothing; say whether options and recipes are sound");
}

// Also finds out whether a folder was named. Empty if there is none.
std::string streamingFault(AnalyzeOptions& options) {
  const bool asked = options.follow || !options.checkpoint.empty() || !options.output.empty() ||
                     !options.operations.empty() || !options.sinks.empty() ||
                     !options.metrics.empty();
  options.folder = options.folder || std::any_of(options.traces.begin(), options.traces.end(),
                                                 [](const std::string& path) {
                                                   return path.ends_with('/') || isFolder(path);
                                                 });
  const bool folder = options.folder;
  if (folder && options.traces.size() > 1) return "a folder is analysed by itself, not with others";
  if (folder && !options.where.empty()) return "--where needs trace files, not a folder";
  if (!folder && asked) {
    return "--follow, --checkpoint, --output, --operations, --sink and --metrics need a folder of "
           "segments";
  }
  if (!options.follow && !(options.sinks.empty() && options.metrics.empty())) {
    return "--sink and --metrics are for --follow";
  }
  return {};
}

}  // namespace

Parsed<AnalyzeOptions> parseAnalyze(int argc, const char* const* argv) {
  Parsed<AnalyzeOptions> parsed;
  AnalyzeOptions& options = parsed.options;
  CLI::App app("Applies detection recipes to traces or a stream.", "exectrail analyze");
  app.set_version_flag("--version", "exectrail-analyze " EXECTRAIL_VERSION);
  app.footer(kAnalyzeFooter);
  app.add_option("FILE", options.traces,
                 "Trace files, a folder of segments, or - for standard input")
      ->type_name("");
  addRecipes(app, options.recipes);
  std::string format = ::isatty(STDOUT_FILENO) != 0 ? "text" : "json";
  addChoice(app, "--format", format, "Default text on a terminal, else json", {"text", "json"});
  std::string minSeverity = "low";
  addChoice(app, "--min-severity", minSeverity, "Print alerts from here on, default low",
            kSeverities);
  std::string failOn;
  addChoice(app, "--context", options.context, "Add guidance for where this happened",
            {"ci", "staging", "production"});
  app.add_option("--baseline", options.baseline,
                 "What is usual here, made by exectrail baseline learn")
      ->type_name("FILE");
  app.add_option("--where", options.where,
                 "List executions that satisfy an expression, instead of applying recipes")
      ->type_name("EXPR");
  addStreaming(app, options);
  addChoice(app, "--fail-on", failOn, "Exit with 1 on alerts from here on, and on doubt",
            kSeverities);
  app.add_flag("--allow-inconclusive", options.allowInconclusive,
               "--fail-on ignores doubt: gaps, and executions nobody can judge");
  parsed.exitStatus = parseConfigured(app, argc, argv);
  if (!parsed.exitStatus && options.traces.empty()) {
    parsed.exitStatus = refuse(app, "no trace; name its file, or - for standard input");
  }
  if (!parsed.exitStatus) {
    if (const std::string why = streamingFault(options); !why.empty()) {
      parsed.exitStatus = refuse(app, why);
    }
  }
  if (!options.output.empty() && app.count("--format") == 0) format = "json";
  options.format = format == "text" ? Format::kText : Format::kJson;
  options.minSeverity = severityByName(minSeverity).value_or(Severity::kLow);
  options.failOn = severityByName(failOn);
  return parsed;
}

Parsed<AnalyzeOptions> parseStatus(int argc, const char* const* argv) {
  constexpr const char* kConfiguration = "/etc/exectrail/analyzer.yaml";
  constexpr const char* kFooter =
      "Examples:\n"
      "  sudo exectrail status\n"
      "  exectrail status --metrics m.sock --output alerts.ndjson trail\n\n"
      "Without a folder, what /etc/exectrail/analyzer.yaml says is shown.\n\n"
      "Exit status: 0 the recorder writes and the analyzer answers, 1 one of them does not, 2 "
      "usage.";
  std::vector<const char*> words(argv + 1, argv + argc);
  const bool named = std::any_of(words.begin() + 1, words.end(), [](const std::string& word) {
    return !word.starts_with('-') || word.starts_with("--config") || word.starts_with("--folder");
  });
  const bool help = std::find(words.begin(), words.end(), std::string("--help")) != words.end();
  if (!named && !help) {
    words.insert(words.begin() + 1, {"--config", kConfiguration});
  }
  Parsed<AnalyzeOptions> parsed;
  CLI::App app("Says on one screen how recorder and analyzer of this host are.",
               "exectrail status");
  app.footer(kFooter);
  app.add_option("FOLDER", parsed.options.traces, "The folder of segments")->type_name("");
  addStreaming(app, parsed.options);
  app.allow_config_extras(true);
  app.allow_extras();  // options of the analysis that stand in the configuration
  parsed.exitStatus = parseConfigured(app, static_cast<int>(words.size()), words.data());
  if (!parsed.exitStatus && parsed.options.traces.empty()) {
    parsed.exitStatus = refuse(app, "no folder; name the one that the recorder writes into");
  }
  return parsed;
}

Parsed<RecipesOptions> parseRecipes(int argc, const char* const* argv) {
  Parsed<RecipesOptions> parsed;
  RecipesOptions& options = parsed.options;
  CLI::App app("Lists, checks and explains detection recipes.", "exectrail recipes");
  app.set_version_flag("--version", "exectrail-analyze " EXECTRAIL_VERSION);
  app.footer(kRecipesFooter);
  CLI::App* list = app.add_subcommand("list", "Name, version, severities and title of each recipe");
  addRecipes(*list, options.recipes);
  CLI::App* check = app.add_subcommand("check", "Say everything that is wrong with recipe files");
  check->add_option("PATH", options.recipes.paths, "Recipe files or folders")->type_name("");
  addBuiltin(*check, options.recipes);
  CLI::App* explain = app.add_subcommand("explain", "Why a recipe alerts on an execution, or not");
  explain->add_option("WHAT", options.what, "Name of a recipe, or id of an alert")->type_name("");
  explain->add_option("FILE", options.trace, "The trace")->type_name("");
  explain->add_option("EXEC", options.exec, "PID or PID.NUMBER; all that it alerts on if left out")
      ->type_name("");
  addRecipes(*explain, options.recipes);
  parsed.exitStatus = parse(app, argc - 1, argv + 1);
  if (parsed.exitStatus) return parsed;
  if (list->parsed()) options.word = RecipesWord::kList;
  if (explain->parsed()) options.word = RecipesWord::kExplain;
  if (!list->parsed() && !check->parsed() && !explain->parsed()) {
    parsed.exitStatus = refuse(app, "recipes needs one of the words list, check and explain");
  } else if (check->parsed() && options.recipes.paths.empty()) {
    parsed.exitStatus = refuse(app, "no recipe to check; name a file or a folder");
  } else if (explain->parsed() && options.trace.empty()) {
    parsed.exitStatus = refuse(app, "explain needs a recipe or an alert, and the trace's file");
  }
  return parsed;
}

Parsed<BaselineOptions> parseBaselineOptions(int argc, const char* const* argv) {
  Parsed<BaselineOptions> parsed;
  BaselineOptions& options = parsed.options;
  CLI::App app("Learns what is usual on a host, for recipes with first_seen.",
               "exectrail baseline");
  app.set_version_flag("--version", "exectrail-analyze " EXECTRAIL_VERSION);
  app.footer(
      "Example:\n  exectrail baseline learn -o usual.baseline monday.trail tuesday.trail\n"
      "  exectrail analyze --baseline usual.baseline wednesday.trail");
  CLI::App* learn = app.add_subcommand("learn", "Write what these traces hold as usual");
  learn->add_option("FILE", options.traces, "Trace files")->type_name("");
  learn->add_option("-o,--output", options.output, "Where to, default standard output")
      ->type_name("FILE");
  addRecipes(*learn, options.recipes);
  parsed.exitStatus = parse(app, argc - 1, argv + 1);
  if (parsed.exitStatus) return parsed;
  if (!learn->parsed()) {
    parsed.exitStatus = refuse(app, "baseline needs the word learn");
  } else if (options.traces.empty()) {
    parsed.exitStatus = refuse(app, "no trace to learn from; name its file");
  }
  return parsed;
}

}  // namespace exectrail::analyzer
