#include "analyzer/options_streaming.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "analyzer/follow/folder_watch.h"
#include "analyzer/options_parsing.h"
#include "analyzer/sinks/redaction.h"
#include "trace/escape.h"

namespace exectrail::analyzer {

namespace {

// An option whose values `take` checks; it throws std::invalid_argument.
CLI::Option* addChecked(CLI::App& app, const std::string& name,
                        std::function<void(const std::string&)> take, const std::string& help) {
  return app
      .add_option_function<std::vector<std::string>>(
          name,
          [name, take = std::move(take)](const std::vector<std::string>& texts) {
            try {
              for (const std::string& text : texts) take(text);
            } catch (const std::invalid_argument& error) {
              throw CLI::ValidationError(name, error.what());
            }
          },
          help)
      ->allow_extra_args(false);
}

SyncPolicy syncPolicy(const std::string& text) {
  if (text == "batch") return SyncPolicy::kBatch;
  if (text == "second") return SyncPolicy::kSecond;
  if (text == "never") return SyncPolicy::kNever;
  throw std::invalid_argument(trace::quoteForTerminal(text) + " is none of batch, second, never");
}

}  // namespace

void addStreaming(CLI::App& app, AnalyzeOptions& options) {
  app.add_flag("--follow", options.follow,
               "Of a folder: when all has been read, wait for what the recorder writes");
  app.add_option("--checkpoint", options.checkpoint,
                 "Of a folder: keep here how far it was read, and go on there the next time")
      ->type_name("FILE");
  app.add_option("--output", options.output.path,
                 "Of a folder: add alerts to this file; with --checkpoint, each exactly once")
      ->type_name("FILE");
  addChecked(
      app, "--output-rotate",
      [&options](const std::string& text) { parseOutputRotate(text, options.output); },
      "Finish --output at this size or age, as FILE.000001 and so on, and begin a new one")
      ->type_name("SIZE,TIME");
  addChecked(
      app, "--output-retain",
      [&options](const std::string& text) { parseOutputRetain(text, options.output); },
      "Remove finished ones that are more, or older: count=14,age=30d; default: none")
      ->type_name("HOW");
  addChecked(
      app, "--output-sync",
      [&options](const std::string& text) { options.output.syncPolicy = syncPolicy(text); },
      "Bring alerts to disk with each batch, each second or never: batch|second|never")
      ->type_name("WHEN");
  app.add_option("--operations", options.operations,
                 "Of a folder: add alerts about the watching itself, such as gaps, to this file")
      ->type_name("FILE");
  addChecked(
      app, "--sink",
      [&options](const std::string& text) { options.sinks.push_back(parseSink(text)); },
      "With --follow: send alerts there as well: syslog:PATH or unix:PATH of a socket, journal: or "
      "webhook:https://HOST/PATH, and then ,min=SEVERITY ,redact=no and ,heartbeat=yes; a webhook "
      "takes ,key=FILE ,spool=FOLDER and more")
      ->type_name("SINK");
  addChecked(
      app, "--secret",
      [&options](const std::string& text) {
        if (const auto fault = faultOfSecret(text)) throw std::invalid_argument(*fault);
        options.secrets.push_back(text);
      },
      "A pattern of arguments that sinks do not get; what its first group matches is taken out")
      ->type_name("PATTERN");
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

std::string streamingFault(AnalyzeOptions& options) {
  const bool asked = options.follow || !options.checkpoint.empty() ||
                     !options.output.path.empty() || !options.operations.empty() ||
                     !options.sinks.empty() || !options.metrics.empty();
  options.folder = options.folder || std::any_of(options.traces.begin(), options.traces.end(),
                                                 [](const std::string& path) {
                                                   return path.ends_with('/') || isFolder(path);
                                                 });
  const bool folder = options.folder;
  if (folder && options.traces.size() > 1) return "a folder is analysed by itself, not with others";
  if (folder && !options.where.empty()) return "--where needs trace files, not a folder";
  if (folder && !options.noexec.empty()) return "--what-if needs trace files, not a folder";
  if (folder && options.posture) return "--posture needs trace files, not a folder";
  const bool profiled = options.profile || !options.profileJson.empty();
  if (folder && profiled) return "--profile needs trace files, not a folder";
  if (profiled && !(options.where.empty() && options.noexec.empty())) {
    return "--profile is about recipes: not with --where or --what-if";
  }
  if (!folder && options.follow && options.traces.size() == 1 &&
      ::access(options.traces.front().c_str(), F_OK) != 0) {
    return "--follow: " + trace::quoteForTerminal(options.traces.front()) +
           " is not there yet; the recorder makes it, or mkdir";
  }
  if (!folder && asked) {
    return "--follow, --checkpoint, --output, --operations, --sink and --metrics need a folder of "
           "segments";
  }
  if (options.output.path.empty() &&
      (options.output.rotateBytes != 0 || options.output.rotateAge.count() != 0 ||
       options.output.keepFiles != 0 || options.output.keepAge.count() != 0)) {
    return "--output-rotate and --output-retain are about the file of --output, and there is none";
  }
  if (options.follow && options.ahead != trace::Ahead::kIfWorthIt) {
    return "--threads is for traces that are there; --follow reads what is being written";
  }
  if (!options.follow && !(options.sinks.empty() && options.metrics.empty())) {
    return "--sink and --metrics are for --follow";
  }
  return {};
}

namespace {

// The words after the first one, with the service's own configuration where no folder is named.
std::vector<const char*> withService(int argc, const char* const* argv) {
  constexpr const char* kConfiguration = "/etc/exectrail/analyzer.yaml";
  std::vector<const char*> words(argv + 1, argv + argc);
  const bool named = std::any_of(words.begin() + 1, words.end(), [](const std::string& word) {
    return !word.starts_with('-') || word == "-" || word.starts_with("--config") ||
           word.starts_with("--folder");
  });
  // Without it, what is missing is a folder, and not the configuration of a service.
  const bool configured = ::access(kConfiguration, F_OK) == 0;
  const bool help = std::find(words.begin(), words.end(), std::string("--help")) != words.end();
  if (!named && !help && configured) words.insert(words.begin() + 1, {"--config", kConfiguration});
  return words;
}

// Of `app`, with options of the analysis that stand in the configuration left alone.
void parseOfService(CLI::App& app, int argc, const char* const* argv,
                    Parsed<AnalyzeOptions>& parsed) {
  const std::vector<const char*> words = withService(argc, argv);
  app.allow_config_extras(true);
  app.allow_extras();
  parsed.exitStatus = parseConfigured(app, static_cast<int>(words.size()), words.data());
  if (!parsed.exitStatus && parsed.options.traces.empty()) {
    parsed.exitStatus =
        refuse(app,
               "no folder, and no /etc/exectrail/analyzer.yaml that names one; name the one that "
               "the recorder writes into");
  }
}

}  // namespace

Parsed<AnalyzeOptions> parseStatus(int argc, const char* const* argv) {
  constexpr const char* kFooter =
      "Examples:\n"
      "  sudo exectrail status\n"
      "  exectrail status --metrics m.sock --output alerts.ndjson trail\n\n"
      "Without a folder, what /etc/exectrail/analyzer.yaml says is shown.\n\n"
      "Exit status: 0 the recorder writes and the analyzer answers, 1 one of them does not, 2 "
      "usage,\n3 the configuration cannot be read.";
  Parsed<AnalyzeOptions> parsed;
  CLI::App app("Says on one screen how recorder and analyzer of this host are.",
               "exectrail status");
  app.footer(kFooter);
  app.add_option("FOLDER", parsed.options.traces, "The folder of segments")->type_name("");
  addStreaming(app, parsed.options);
  parseOfService(app, argc, argv, parsed);
  return parsed;
}

Parsed<AnalyzeOptions> parseTop(int argc, const char* const* argv) {
  constexpr const char* kFooter =
      "Examples:\n"
      "  sudo exectrail top\n"
      "  exectrail top trail\n"
      "  sudo exectrail record -o - | exectrail top -\n\n"
      "Without a folder, the one of /etc/exectrail/analyzer.yaml is read, from its newest segment "
      "on.\n\n"
      "Keys: q ends, p or space pauses, / filters, a shows alerts only, x executions only.";
  Parsed<AnalyzeOptions> parsed;
  CLI::App app("Shows executions and alerts on a terminal, as they come.", "exectrail top");
  app.footer(kFooter);
  app.add_option("FOLDER", parsed.options.traces, "The folder of segments, or - for a stream")
      ->type_name("");
  app.add_option_function<std::string>(
         "--folder", [&parsed](const std::string& path) { parsed.options.traces.push_back(path); },
         "The same, for --config")
      ->type_name("DIR");
  app.add_option_function<std::string>(
         "--config", [](const std::string&) {}, "Options from a file, as \"name: value\"")
      ->type_name("FILE");
  addRecipes(app, parsed.options.recipes);
  parseOfService(app, argc, argv, parsed);
  return parsed;
}

}  // namespace exectrail::analyzer
