#include "analyzer/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <initializer_list>
#include <iostream>

#include "analyzer/options_parsing.h"
#include "analyzer/options_streaming.h"
#include "analyzer/paths/path.h"
#include "trace/errors.h"
#include "trace/escape.h"

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
    "  exectrail analyze --recipes site.yaml --min-severity medium host7.trail\n"
    "  exectrail analyze --format github build.trail\n"
    "  exectrail analyze --what-if noexec=/tmp,/var/tmp host7.trail\n\n"
    "Formats: json has the shape of the Elastic Common Schema, ocsf is a Detection Finding, "
    "kubearmor\n"
    "and falco are those programs' own alerts, github makes annotations of a workflow run.\n\n"
    "Alerts go to standard output, the account of the analysis to standard error. Alerts below\n"
    "--min-severity are counted and not printed; exempted ones have severity info.\n\n"
    "With -, Ctrl-C is left to whoever writes the stream: what is still to come is read to its "
    "end,\n"
    "and a second Ctrl-C ends at once.\n\n"
    "Exit status: 0 done, 1 --fail-on found something, 2 usage, or recipes, rules or workloads "
    "that\n"
    "cannot be used, 3 a trace cannot be read to its end, or --baseline or --config not at all.";

constexpr const char* kRecipesFooter =
    "Examples:\n"
    "  exectrail recipes list\n"
    "  exectrail recipes show exec_from_unusual_dir\n"
    "  exectrail recipes check site.yaml\n"
    "  exectrail recipes check --no-builtin analyzer/recipes\n"
    "  exectrail recipes explain 3f9c1a7e0b52 host7.trail\n"
    "  exectrail recipes explain exec_from_unusual_dir host7.trail 2292\n"
    "  exectrail recipes except 3f9c1a7e0b52 host7.trail --reason CHG-1234 --until 2027-09-30 \\\n"
    "    -o site.yaml\n\n"
    "Exit status: 0 done, 2 usage, recipes that are not sound or cannot be read, nothing found to\n"
    "explain, or nothing to except safely, 3 the shipped recipes are not there, the trace cannot "
    "be\n"
    "read to its end, or a file cannot be written.";

const std::vector<std::string> kSeverities(kSeverityNames.begin(), kSeverityNames.end());

void addBuiltin(CLI::App& app, RecipeOptions& recipes) {
  app.add_flag_callback(
      "--no-builtin", [&recipes] { recipes.builtin = false; },
      "Leave out the recipes shipped with Exectrail");
}

void addWorkloads(CLI::App& app, std::string& path) {
  app.add_option("--workloads", path,
                 "What containers are, as JSON: what kubectl get pods -A -o json prints, or an "
                 "object by id")
      ->type_name("FILE");
}

void addGlobs(CLI::App& app, KubeArmorGlobs& globs) {
  app.add_option_function<std::string>(
         "--kubearmor-globs",
         [&globs](const std::string& word) {
           globs = word == "telemetry" ? KubeArmorGlobs::kTelemetry : KubeArmorGlobs::kAppArmor;
         },
         "Patterns of KubeArmor policies: as AppArmor enforces them, the default, or as "
         "KubeArmor's "
         "own alerts read them: apparmor|telemetry")
      ->check(CLI::IsMember({"apparmor", "telemetry"}).description(""))
      ->type_name("WORD");
}

}  // namespace

void addRecipes(CLI::App& app, RecipeOptions& recipes) {
  app.add_option("--recipes", recipes.paths, "Recipe file or folder, besides the shipped ones")
      ->type_name("PATH")
      ->allow_extra_args(false);
  app.add_option("--rules", recipes.rules, "File or folder of rules of Sigma, KubeArmor or Falco")
      ->type_name("PATH")
      ->allow_extra_args(false);
  addWorkloads(app, recipes.workloads);
  addGlobs(app, recipes.globs);
  addBuiltin(app, recipes);
}

namespace {

CLI::Option* addChoice(CLI::App& app, const std::string& option, std::string& value,
                       const std::string& help, const std::vector<std::string>& choices) {
  std::string all;
  for (const std::string& choice : choices) all += (all.empty() ? "" : "|") + choice;
  // Choices stand in the text: CLI11 would put them into a column of their own width.
  return app.add_option(option, value, help + ": " + all)
      ->check(CLI::IsMember(choices).description(""))
      ->type_name("WORD");
}

void addExcept(CLI::App& app, RecipesOptions& options) {
  app.add_option("ALERT", options.what, "Id of an alert, or its beginning")->type_name("");
  app.add_option("FILE", options.trace, "The trace")->type_name("");
  app.add_option("--reason", options.reason, "Why it is expected")->type_name("TEXT");
  app.add_option("--until", options.until, "The last day, in UTC, by the time of the event")
      ->type_name("YYYY-MM-DD");
  app.add_option("--owner", options.owner, "Who answers for it")->type_name("TEXT");
  app.add_option("-o,--output", options.output,
                 "The site's own recipe file, to be added to; default standard output")
      ->type_name("FILE");
  addRecipes(app, options.recipes);
}

// "noexec=/tmp,/var/tmp". Of mount options only noexec refuses an execution.
std::optional<int> parseWhatIf(const CLI::App& app, const std::string& text,
                               AnalyzeOptions& options) {
  constexpr std::string_view kNoexec = "noexec=";
  const std::string found = "--what-if " + trace::quoteForTerminal(text);
  if (!text.starts_with(kNoexec)) {
    return refuse(app, found + ": only noexec refuses executions; write noexec=/tmp,/var/tmp");
  }
  for (std::string_view rest = std::string_view(text).substr(kNoexec.size());;) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view directory = rest.substr(0, comma);
    const Place place = placeOfTyped(directory, std::nullopt);
    if (!directory.starts_with('/') || place.kind != PlaceKind::kPath || place.path == "/") {
      return refuse(app, found + ": " + trace::quoteForTerminal(directory) +
                             " is no directory that could be mounted noexec; write noexec=/tmp");
    }
    options.noexec.push_back(place.path);
    if (comma == rest.size()) return std::nullopt;
    rest.remove_prefix(comma + 1);
  }
}

// --where and --what-if answer a question of their own. An option about alerts would be left out
// without a word, and --fail-on would never find anything. The first one typed, or nothing.
std::optional<std::string> leftOutBy(const CLI::App& app, const std::string& question,
                                     std::initializer_list<const char*> others) {
  if (app.count(question) == 0) return std::nullopt;
  for (const char* other : others) {
    if (app.count(other) != 0) return std::string(other) + " has no say in " + question;
  }
  return std::nullopt;
}

std::optional<std::string> questionFault(const CLI::App& app) {
  if (auto fault = leftOutBy(app, "--where",
                             {"--what-if", "--fail-on", "--allow-inconclusive", "--format",
                              "--min-severity", "--context", "--baseline", "--posture", "--rules",
                              "--workloads", "--kubearmor-globs"})) {
    return fault;
  }
  return leftOutBy(app, "--what-if",
                   {"--fail-on", "--allow-inconclusive", "--context", "--baseline", "--posture"});
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
  addChoice(app, "--format", format, "Default text on a terminal, else json",
            {kFormatNames.begin(), kFormatNames.end()});
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
  app.add_flag(
      "--posture", options.posture,
      "Of --format json: also a line for each mount control of the host, event.kind state");
  app.add_flag("--profile", options.profile,
               "At the end, say what each recipe cost, on standard error");
  app.add_option("--profile-json", options.profileJson, "The same as JSON, in a file")
      ->type_name("FILE");
  std::string whatIf;
  app.add_option("--what-if", whatIf,
                 "Say what a mount option would have refused, instead of alerts: noexec=DIR,DIR")
      ->type_name("OPTION=DIRS");
  addStreaming(app, options);
  std::string sandbox = "auto";
  addChoice(app, "--sandbox", sandbox,
            "Give up files and system calls that this analysis does not need, as far as the kernel "
            "can; default auto",
            {"auto", "on", "off"});
  app.add_option_function<unsigned>(
         "--threads",
         [&options](unsigned threads) {
           options.ahead = threads == 1 ? trace::Ahead::kNever : trace::Ahead::kAlways;
         },
         "1: judge a trace in the thread that unpacks it; 2 or more: unpack its next part in "
         "another one. Default: as it pays; the answer is the same")
      ->check(CLI::Range(1U, 1024U))
      ->type_name("N");
  addChoice(app, "--fail-on", failOn, "Exit with 1 on alerts from here on, and on doubt",
            kSeverities);
  app.add_flag("--allow-inconclusive", options.allowInconclusive,
               "--fail-on ignores doubt: gaps, and executions nobody can judge");
  parsed.exitStatus = parseConfigured(app, argc, argv);
  if (!parsed.exitStatus && options.traces.empty()) {
    parsed.exitStatus = refuse(app, "no trace; name its file, or - for standard input");
  }
  if (!parsed.exitStatus && app.count("--where") > 0 && options.where.empty()) {
    parsed.exitStatus = refuse(app, "--where: an expression is missing");
  }
  if (!parsed.exitStatus && !whatIf.empty()) parsed.exitStatus = parseWhatIf(app, whatIf, options);
  if (!parsed.exitStatus) {
    if (const std::string why = streamingFault(options); !why.empty()) {
      parsed.exitStatus = refuse(app, why);
    }
  }
  if (const auto fault = parsed.exitStatus ? std::nullopt : questionFault(app)) {
    parsed.exitStatus = refuse(app, *fault + "; leave one of them out");
  }
  if (!options.output.path.empty() && app.count("--format") == 0) format = "json";
  options.format = formatByName(format).value_or(Format::kJson);
  const bool written = options.format == Format::kText || options.format == Format::kJson;
  if (!parsed.exitStatus && !options.noexec.empty() && !written) {
    parsed.exitStatus = refuse(app, "--what-if answers as text or json, not as " + format);
  }
  if (!parsed.exitStatus && options.posture && !written) {
    parsed.exitStatus = refuse(app, "--posture adds lines to json, not to " + format);
  }
  if (sandbox != "auto") {
    options.sandbox = sandbox == "on" ? SandboxWish::kOn : SandboxWish::kOff;
  }
  options.minSeverity = severityByName(minSeverity).value_or(Severity::kLow);
  options.failOn = severityByName(failOn);
  options.output.unread = options.failOn && !options.follow;  // the status is the answer
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
  CLI::App* show = app.add_subcommand("show", "A recipe as it is written, with overrides");
  show->add_option("NAME", options.what, "Name of the recipe")->required()->type_name("");
  addRecipes(*show, options.recipes);
  CLI::App* check = app.add_subcommand("check", "Say everything that is wrong with recipe files");
  check->add_option("PATH", options.recipes.paths, "Recipe files or folders")->type_name("");
  addBuiltin(*check, options.recipes);
  CLI::App* explain = app.add_subcommand("explain", "Why a recipe alerts on an execution, or not");
  explain->add_option("WHAT", options.what, "Name of a recipe, or id of an alert")->type_name("");
  explain->add_option("FILE", options.trace, "The trace")->type_name("");
  explain->add_option("EXEC", options.exec, "PID or PID.NUMBER; all that it alerts on if left out")
      ->type_name("");
  addRecipes(*explain, options.recipes);
  CLI::App* except =
      app.add_subcommand("except", "Write the narrowest exemption for an alert that is expected");
  addExcept(*except, options);
  parsed.exitStatus = parse(app, argc - 1, argv + 1);
  if (parsed.exitStatus) return parsed;
  if (list->parsed()) options.word = RecipesWord::kList;
  if (show->parsed()) options.word = RecipesWord::kShow;
  if (explain->parsed()) options.word = RecipesWord::kExplain;
  if (except->parsed()) options.word = RecipesWord::kExcept;
  if (app.get_subcommands().empty()) {
    parsed.exitStatus =
        refuse(app, "recipes needs one of the words list, show, check, explain, except");
  } else if (except->parsed() && options.trace.empty()) {
    parsed.exitStatus = refuse(app, "except needs an alert's id, and the trace's file");
  } else if (except->parsed() && (options.reason.empty() || options.until.empty())) {
    parsed.exitStatus = refuse(app, "except needs --reason, and --until YYYY-MM-DD");
  } else if (check->parsed() && options.recipes.paths.empty()) {
    parsed.exitStatus = refuse(app, "no recipe to check; name a file or a folder");
  } else if (explain->parsed() && options.trace.empty()) {
    parsed.exitStatus = refuse(app, "explain needs a recipe or an alert, and the trace's file");
  }
  return parsed;
}

Parsed<RulesOptions> parseRules(int argc, const char* const* argv) {
  Parsed<RulesOptions> parsed;
  RulesOptions& options = parsed.options;
  CLI::App app("Checks and converts rules in other tools' languages.", "exectrail rules");
  app.set_version_flag("--version", "exectrail-analyze " EXECTRAIL_VERSION);
  app.footer(
      "Example:\n  exectrail rules check sigma/rules/linux\n"
      "  exectrail rules check --format json falco/ | jq 'select(.status == \"refused\")'\n"
      "  exectrail rules convert policies/tmp.yaml > site.yaml\n"
      "  exectrail rules convert --to systemd policies/tmp.yaml > noexec.conf\n"
      "  exectrail analyze --rules sigma/rules/linux host7.trail\n\n"
      "Exit status: 0 done, 1 --strict and a rule was refused or warned about, or a rule that\n"
      "cannot be converted, 2 usage error, or no rules at a path, 3 a file or folder of check "
      "cannot\n"
      "be read.");
  CLI::App* check = app.add_subcommand("check", "Say of each rule whether it is used, and why not");
  check->add_option("PATH", options.paths, "Files or folders of rules")->type_name("");
  addWorkloads(*check, options.workloads);
  addGlobs(*check, options.globs);
  std::string format = "text";
  addChoice(*check, "--format", format, "For people, or an object a line", {"text", "json"});
  check->add_flag("--strict", options.strict, "Exit with 1 unless every rule is used as it stands");
  CLI::App* convert = app.add_subcommand(
      "convert", "Print rules as recipes of ours, or what would enforce KubeArmor policies");
  convert->add_option("PATH", options.paths, "Files or folders of rules")->type_name("");
  addWorkloads(*convert, options.workloads);
  addGlobs(*convert, options.globs);
  const std::vector<std::string> targets = {"mount", "systemd", "apparmor"};
  std::string to = "recipe";
  addChoice(*convert, "--to", to,
            "Recipes, the default; of policies under which programs may not run, lines of fstab, a "
            "unit's NoExecPaths, rules of an AppArmor profile",
            {"recipe", targets[0], targets[1], targets[2]});
  parsed.exitStatus = parse(app, argc - 1, argv + 1);
  if (parsed.exitStatus) return parsed;
  if (convert->parsed()) options.word = RulesWord::kConvert;
  options.json = format == "json";
  if (const auto found = std::ranges::find(targets, to); found != targets.end()) {
    options.to = static_cast<HardeningTarget>(found - targets.begin());
  }
  const bool ofAlerts = !options.workloads.empty() || convert->count("--kubearmor-globs") > 0;
  if (app.get_subcommands().empty()) {
    parsed.exitStatus = refuse(app, "rules needs one of the words check, convert");
  } else if (options.paths.empty()) {
    parsed.exitStatus = refuse(app, "no rules; name a file or a folder");
  } else if (options.to && ofAlerts) {
    parsed.exitStatus =
        refuse(app, "--workloads and --kubearmor-globs are about alerts, and --to " + to +
                        " prints what refuses: leave them out");
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
