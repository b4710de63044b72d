#include "analyzer/options_streaming.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "analyzer/follow/folder_watch.h"
#include "analyzer/options_parsing.h"

namespace exectrail::analyzer {

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
         "With --follow: send alerts there as well: syslog:PATH or unix:PATH of a socket, or "
         "journal:, and then ,min=SEVERITY ,redact=no and ,heartbeat=yes")
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
  if (folder && !options.noexec.empty()) return "--what-if needs trace files, not a folder";
  if (folder && options.posture) return "--posture needs trace files, not a folder";
  const bool profiled = options.profile || !options.profileJson.empty();
  if (folder && profiled) return "--profile needs trace files, not a folder";
  if (profiled && !(options.where.empty() && options.noexec.empty())) {
    return "--profile is about recipes: not with --where or --what-if";
  }
  if (!folder && asked) {
    return "--follow, --checkpoint, --output, --operations, --sink and --metrics need a folder of "
           "segments";
  }
  if (!options.follow && !(options.sinks.empty() && options.metrics.empty())) {
    return "--sink and --metrics are for --follow";
  }
  return {};
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

}  // namespace exectrail::analyzer
